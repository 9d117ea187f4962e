/**
 * Whose presence it is: who says "I am here" in a room says with it which key is theirs, signed, and signs that they or
 * guests of theirs come and go. It is bound to the room, the member's name and the time, so that it proves nothing of
 * anybody else; a proof that somebody keeps and shows again under the same name says only that the name is the key's, and
 * whoever then speaks has to sign with it.
 */
import { encode } from "@msgpack/msgpack";
import { type AuthorId, keyOf } from "../history/author.ts";
import type { People } from "../history/people.ts";
import type { Signing } from "../history/room_log.ts";
import type { Entry, Proof, RoomName } from "./entry.ts";

/** A member, in a room. */
type Where = Readonly<{ room: RoomName; name: string }>;

type Presence = Where & Readonly<{ wallMs: number; away?: string }>;

/** What may come by way of others. */
export type Provable = Extract<Entry, { type: "came" | "present" | "asked" | "went" | "looked_in" }>;

/**
 * What to make of a presence: its name is the key's here as well, or now; or it belongs to another, who is `holder`. So it
 * does where somebody shows no key at all for a name that is known to have one. `unproven`: it came by way of others, who
 * may have made it up.
 */
export type Standing =
  | Readonly<{ type: "ours" | "unknown"; key?: AuthorId }>
  | Readonly<{ type: "unproven" }>
  | Readonly<{ type: "foreign"; key: AuthorId | undefined; holder: AuthorId }>;

export function proofOf(presence: Presence, { author: key, sign }: Signing): Proof {
  return { key, signature: sign(presenceBytes(presence, key)) };
}

/** The same entry with the proof that it is ours. */
export function proven<T extends Provable>(entry: T, where: Where, { author: key, sign }: Signing): T {
  return { ...entry, proof: { key, signature: sign(bytesOf(entry, where, key)) } };
}

/** `isHandedOn`: it did not come from that member itself, as far as is known where that is. */
export function standingOf(
  entry: Entry,
  where: Where,
  { signing, people }: Readonly<{ signing: Signing; people: People }>,
  isHandedOn = false,
): Standing {
  const isOfOneself = ABOUT_ONESELF.has(entry.type) && !("guest" in entry && entry.guest !== undefined);
  if (!isOfOneself && !isHandedOn) return { type: "unknown" };
  const key = keyProven(entry, where, signing, isHandedOn);
  if (key === undefined && isHandedOn) return { type: "unproven" };
  const holder = people.authorOf(where.name);
  const isForeign = holder !== undefined && holder !== key;
  if (!isOfOneself) return { type: isForeign ? "unproven" : "unknown" };
  if (isForeign) return { type: "foreign", key, holder };
  return key === undefined ? { type: "unknown" } : { type: "ours", key };
}

/** By these somebody says to be here. */
const ABOUT_ONESELF: ReadonlySet<Entry["type"]> = new Set(["came", "present", "asked"]);

function keyProven(entry: Entry, where: Where, signing: Signing, isHandedOn: boolean): AuthorId | undefined {
  if (!("proof" in entry) || entry.proof === undefined) return undefined;
  const { key, signature } = entry.proof;
  if (signing.verifies(key, bytesOf(entry, where, key), signature)) return key;
  if (isHandedOn || !("away" in entry)) return undefined;
  // As long as only itself says so: at first, where somebody is was not signed.
  return signing.verifies(key, presenceBytes({ ...where, wallMs: entry.wallMs }, key), signature) ? key : undefined;
}

function bytesOf(entry: Provable, where: Where, key: AuthorId): Uint8Array {
  const { type, wallMs } = entry;
  const guest = "guest" in entry ? entry.guest : undefined;
  if (type === "came" && guest === undefined || type === "present" || type === "asked") {
    return presenceBytes({ ...where, ...entry }, key);
  }
  return encode([`parley ${type}`, where.room, where.name, keyOf(key), wallMs, guest ?? null]);
}

/** One signature is for all three ways to say that one is here. */
function presenceBytes({ room, name, wallMs, away }: Presence, key: AuthorId): Uint8Array {
  const where = away === undefined ? [] : [away];
  return encode(["parley presence", room, name, keyOf(key), wallMs, ...where]);
}
