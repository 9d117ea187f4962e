import type { Address } from "../../transport/address.ts";
import type { RoomName } from "../chat_room/entry.ts";
import { type Allowance, Bucket } from "../transport/budget.ts";
import type { ClientReader, Dialect } from "./dialect.ts";

/** A connection to a client, of whichever kind. What is written after `close` is lost. */
export interface ClientConnection {
  readonly remote: Address;
  /** Bytes accepted that the network has not taken yet. */
  readonly bufferedBytes: number;
  send(bytes: Uint8Array): void;
  /** Closes when all that was sent has gone; `why` is for those whose protocol has a place for it. */
  close(why: string): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** What a client may say at once, and for how long it can go on: a pasted page passes, a flood is slowed down. */
const TEXTS: Allowance = { burst: 400, perSecond: 100 };

/** What came and has not been looked at, of one client, before it is not read any more. */
const UNREAD_BYTES_MAX = 64 * 1024;
const UNREAD_PIECES_MAX = 8;

/**
 * What a client has not read yet at most: some thousands of lines. Where others say long things at once it is more for a
 * moment, also of one that reads as fast as it can: that is let pass, up to a second bound.
 */
const UNSENT_BYTES_MAX = 512 * 1024;
const UNSENT_BURST_BYTES_MAX = 2 * 1024 * 1024;
const UNSENT_BURST_MS = 1_000;

/** Where a client stands: it has yet to say who it is, waits to be let in, is in its room, or has been told to go. */
export type ClientState = "greeting" | "joining" | "in" | "going";

/** One client: its connection, what it has said and what is still to be said for it. */
export class Client {
  readonly id: number;
  readonly connection: ClientConnection;
  readonly dialect: Dialect;
  readonly reader: ClientReader;
  readonly budget: Bucket;
  state: ClientState = "greeting";
  name = "";
  room = "" as RoomName;
  /** What its protocol calls it by. */
  speakerId: string | undefined;
  wantsNotices = false;
  /** What it is to be told once it has been welcomed: what happens between its coming and the answer to it. */
  held: Uint8Array[] | undefined = [];
  /** Texts that wait to be said, in order. */
  readonly texts: string[] = [];
  /** After those it is to be hung up on, and why; or it has sent all it had. */
  failure: string | undefined;
  hasEnded = false;
  /** Pieces that came, and those that were looked at. */
  arrived = 0;
  read = 0;
  #unreadBytes = 0;
  /** Since when more waits for it than usual; as seen when something is sent. */
  #behindSince: number | undefined;
  #isPaused = false;

  constructor(id: number, connection: ClientConnection, dialect: Dialect, now: number) {
    this.id = id;
    this.connection = connection;
    this.dialect = dialect;
    this.reader = dialect.newReader();
    this.budget = new Bucket(TEXTS, now);
  }

  /** Something came; its number. */
  arrives(bytes: number): number {
    this.#unreadBytes += bytes;
    this.arrived++;
    this.adjustReading();
    return this.arrived;
  }

  /** Whether so many bytes more may wait for it. */
  mayBeSent(bytes: number, now: number): boolean {
    const unsent = this.connection.bufferedBytes + bytes;
    if (unsent <= UNSENT_BYTES_MAX) {
      this.#behindSince = undefined;
      return true;
    }
    this.#behindSince ??= now;
    return unsent <= UNSENT_BURST_BYTES_MAX && now - this.#behindSince < UNSENT_BURST_MS;
  }

  /** The next piece is looked at; false if one before it is missing. */
  takes(piece: number, bytes: number): boolean {
    this.#unreadBytes -= bytes;
    return ++this.read === piece;
  }

  /** Reads on, unless enough waits already. */
  adjustReading(): void {
    const isMuch = this.#unreadBytes > UNREAD_BYTES_MAX || this.arrived - this.read > UNREAD_PIECES_MAX ||
      (this.texts.length > 0 && this.state !== "going");
    if (isMuch === this.#isPaused) return;
    this.#isPaused = isMuch;
    if (isMuch) this.connection.pause();
    else this.connection.resume();
  }
}
