/** What we answer to the queries of Serf's members (`internal_query.go`), and to all that nobody here has a handler for. */
import { Key } from "../../transport/wire/key.ts";
import type { Keyring } from "../../transport/wire/keyring.ts";
import { isProven, isSealing, type Protection } from "../../transport/wire/protection.ts";
import {
  type ConflictAnswer,
  decodeKeyRequest,
  encodeConflictAnswer,
  encodeKeyAnswer,
  type KeyAnswer,
  type Query,
} from "./messages.ts";

/** Names of Serf's own queries; people's do not begin so. */
const INTERNAL = "_serf_";

/** By which an agent asks whose name it is. */
export const CONFLICT_QUERY = `${INTERNAL}conflict`;

/** The most of a query's name that is repeated in the answer. */
const REPEATED_CHARACTERS_MAX = 100;

/** What we know. */
type Known = Readonly<{
  self: string;
  whereIs(name: string): ConflictAnswer | undefined;
  protection: Protection;
}>;

/** What comes of a query: perhaps an answer, perhaps other keys. */
export type Answer = Readonly<{
  payload?: Uint8Array;
  keyring?: Keyring;
  /** Whether people should hear of it, or it is between members. */
  kind: "person" | "internal" | "unknown_internal";
}>;

export function answerTo({ name, payload }: Pick<Query, "name" | "payload">, known: Known): Answer {
  if (!name.startsWith(INTERNAL)) {
    const repeated = name.slice(0, REPEATED_CHARACTERS_MAX).toWellFormed();
    const error = `error: Parley has no handler for the query "${repeated}"`;
    return { kind: "person", payload: new TextEncoder().encode(error) };
  }
  switch (name.slice(INTERNAL.length)) {
    case "ping": // who hears it says so by its ack, if one is wanted
      return { kind: "internal" };
    case "conflict":
      return { kind: "internal", ...whereIs(payload, known) };
    case "list-keys":
      return { kind: "internal", payload: encodeKeyAnswer(listed(known.protection)) };
    case "install-key":
      return changed(payload, known.protection, (keyring, key) => keyring.install(key));
    case "use-key":
      return changed(payload, known.protection, (keyring, key) => keyring.use(key));
    case "remove-key":
      return changed(payload, known.protection, (keyring, key) => keyring.remove(key));
    default:
      return { kind: "unknown_internal" };
  }
}

/** A name is claimed twice: where do we know it to be? Of ourselves others have to say it. */
function whereIs(payload: Uint8Array, { self, whereIs }: Known): { payload?: Uint8Array } {
  const name = new TextDecoder().decode(payload);
  return name === self ? {} : { payload: encodeConflictAnswer(whereIs(name)) };
}

function listed(protection: Protection): KeyAnswer {
  const { keyring } = protection;
  if (keyring.isEmpty) return refused("Keyring is empty (encryption not enabled)");
  if (!isGuarded(protection)) return refused(NOT_GUARDED);
  const keys = keyring.keys.map((key) => key.toBase64());
  return { ok: true, message: "", keys, primary: keys[0]! };
}

/**
 * Whether keys can be talked about: who asks has proven one of them, and nobody else reads the answer. While encryption is
 * being turned on, with `verifyIncoming` or `verifyOutgoing` off, neither is so; Serf answers then all the same.
 */
function isGuarded(protection: Protection): boolean {
  return isProven(protection) && isSealing(protection);
}

const NOT_GUARDED = "Not while plain text is taken or sent";

/** As in Serf, whoever has a key of the ring may change the ring; without a key nobody can say who asks. */
function changed(
  payload: Uint8Array,
  protection: Protection,
  change: (keyring: Keyring, key: Key) => ReturnType<Keyring["use"]>,
): Answer {
  const answer = (to: KeyAnswer): Answer => ({ kind: "internal", payload: encodeKeyAnswer(to) });
  const { keyring } = protection;
  if (keyring.isEmpty) return answer(refused("No keyring to modify (encryption not enabled)"));
  if (!isGuarded(protection)) return answer(refused(NOT_GUARDED));
  const bytes = decodeKeyRequest(payload);
  if (!bytes.ok) return answer(refused("The request cannot be read"));
  const key = Key.of(bytes.value);
  if (!key.ok) return answer(refused(key.problem));
  const result = change(keyring, key.key);
  if (!result.ok) return answer(refused(PROBLEMS[result.problem]));
  return { ...answer({ ok: true, message: "", keys: [], primary: "" }), keyring: result.keyring };
}

function refused(message: string): KeyAnswer {
  return { ok: false, message, keys: [], primary: "" };
}

/** As memberlist says it, where it does. */
const PROBLEMS: Readonly<Record<Extract<ReturnType<Keyring["use"]>, { ok: false }>["problem"], string>> = {
  unknown_key: "Requested key is not in the keyring",
  primary_key: "Removing the primary key is not allowed",
  full: "There are too many keys in the keyring",
};
