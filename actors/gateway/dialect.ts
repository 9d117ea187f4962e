/** What a client of an older system does, in whatever words it has for it. */
export type ClientEvent =
  /** Says who it is and where it wants to be; without a room, in the peer's own. `id` is what its protocol calls it by. */
  | Readonly<{ type: "hello"; name: string; room?: string; id?: string; wantsNotices: boolean }>
  | Readonly<{ type: "text"; text: string }>
  /** Wants this answer, before anything else is said to it. */
  | Readonly<{ type: "answer"; bytes: Uint8Array }>
  /** What came is not its protocol; nothing after it is read. */
  | Readonly<{ type: "unreadable"; why: string }>;

/** Reads what one client sends. Never throws, and keeps a bounded amount of what is not whole yet. */
export interface ClientReader {
  /** What the next bytes bring, cut anywhere. */
  push(bytes: Uint8Array): readonly ClientEvent[];
  /** What is there counts as whole: the message of a WebSocket is over, or the client has sent all it had. */
  flush(): readonly ClientEvent[];
}

/** Whoever speaks in a room, as clients are told: the name, and what is the same each time and nobody else's. */
export type Speaker = Readonly<{ name: string; id: string }>;

/** The protocol of an older system: a reader for each client, and how to say what happens. */
export interface Dialect {
  readonly name: "machat" | "talks" | "page";
  newReader(): ClientReader;
  said(speaker: Speaker, text: string): Uint8Array;
  /** News that its clients have words for; without, there are none. */
  came(speaker: Speaker): Uint8Array | undefined;
  went(speaker: Speaker): Uint8Array | undefined;
  here(names: readonly string[]): Uint8Array | undefined;
  /** Said before a client is hung up on. */
  refusal(why: string): Uint8Array;
}

/** Whose words notices and refusals are: no guest and no member can be called so. */
export const NOBODY = "*";
