/**
 * Whose presence it is: who says "I am here" in a room says with it which key is theirs, signed. It is bound to the
 * room, the member's name and the time, so that it proves nothing of anybody else; a proof that somebody keeps and shows
 * again under the same name says only that the name is the key's, and whoever then speaks has to sign with it.
 */
import { encode } from "@msgpack/msgpack";
import { type AuthorId, keyOf } from "../history/author.ts";
import type { People } from "../history/people.ts";
import type { Signing } from "../history/room_log.ts";
import type { Entry, Proof, RoomName } from "./entry.ts";

type Presence = Readonly<{ room: RoomName; name: string; wallMs: number }>;

/**
 * What to make of a presence: its name is the key's here as well, or now; or it belongs to another, who is `holder`. So it
 * does where somebody shows no key at all for a name that is known to have one.
 */
export type Standing =
  | Readonly<{ type: "ours" | "unknown"; key?: AuthorId }>
  | Readonly<{ type: "foreign"; key: AuthorId | undefined; holder: AuthorId }>;

export function proofOf(presence: Presence, { author: key, sign }: Signing): Proof {
  return { key, signature: sign(bytesOf(presence, key)) };
}

export function standingOf(
  entry: Entry,
  { room, name }: Omit<Presence, "wallMs">,
  { signing, people }: Readonly<{ signing: Signing; people: People }>,
): Standing {
  if (!("proof" in entry) && !ABOUT_ONESELF.has(entry.type)) return { type: "unknown" };
  if ("guest" in entry && entry.guest !== undefined) return { type: "unknown" };
  const proof = "proof" in entry ? entry.proof : undefined;
  const isProven = proof !== undefined &&
    signing.verifies(proof.key, bytesOf({ room, name, wallMs: entry.wallMs }, proof.key), proof.signature);
  const key = isProven ? proof.key : undefined;
  const holder = people.authorOf(name);
  if (holder !== undefined && holder !== key) return { type: "foreign", key, holder };
  return key === undefined ? { type: "unknown" } : { type: "ours", key };
}

/** By these somebody says to be here. */
const ABOUT_ONESELF: ReadonlySet<Entry["type"]> = new Set(["came", "present", "asked"]);

function bytesOf({ room, name, wallMs }: Presence, key: AuthorId): Uint8Array {
  return encode(["parley presence", room, name, keyOf(key), wallMs]);
}
