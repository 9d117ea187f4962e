/** Anything that may stand in an author's log, for tests of what reads and writes it. */
import fc from "fast-check";
import { AUTHOR_BYTES, type AuthorId, authorOf, EPOCH_MAX, logOf } from "../../actors/history/author.ts";
import { type Content, SEALED_BYTES_MAX, SIGN_BYTES_MAX } from "../../actors/history/content.ts";
import { type Body, NAME_BYTES_MAX, PARENTS_MAX, type Place, SEQUENCE_MAX } from "../../actors/history/entry.ts";
import { HYBRID_MS_MAX } from "../../actors/history/hybrid_time.ts";
import type { EntryHash } from "../../actors/history/values.ts";

/** Objects as those of programs are: fast-check also makes some without a prototype. */
export const plain = <T>(value: T): T => structuredClone(value);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const fitting = (max: number, minLength = 0) =>
  fc.string({ unit: "grapheme", minLength, maxLength: 30 }).filter((text) => Buffer.byteLength(text) <= max);

export const anyHash = bytes(32).map((hash) => Buffer.from(hash).toString("hex") as EntryHash);
export const anyAuthor: fc.Arbitrary<AuthorId> = bytes(AUTHOR_BYTES).map((key) => authorOf(key)!);
export const anyLog = fc.tuple(anyAuthor, fc.integer({ min: 0, max: EPOCH_MAX })).map(([author, epoch]) =>
  logOf(author, epoch)
);
export const anySequence = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: SEQUENCE_MAX }));
export const anyPlace: fc.Arbitrary<Place> = fc.record({ log: anyLog, sequence: anySequence });

const text = fc.oneof(fitting(8_000), fc.integer({ min: 0, max: 2_000 }).map((length) => "x".repeat(length)));
const spoken = fc.record(
  { type: fc.constantFrom("said" as const, "did" as const), text, guest: fc.constantFrom("Zoë", "bob", "東京") },
  { requiredKeys: ["type", "text"] },
);

export const anyContent: fc.Arbitrary<Content> = fc.oneof(
  spoken,
  fc.record({ type: fc.constant("topic" as const), text }),
  fc.record({ type: fc.constant("edited" as const), target: anyHash, text }),
  fc.record({ type: fc.constant("redacted" as const), target: anyHash }),
  fc.record({ type: fc.constant("reacted" as const), target: anyHash, sign: fitting(SIGN_BYTES_MAX, 1) }),
  fc.record({
    type: fc.constant("sealed" as const),
    to: anyAuthor,
    sealed: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(SEALED_BYTES_MAX).fill(7))),
  }),
).map(plain);

const ms = fc.integer({ min: 0, max: HYBRID_MS_MAX });

export const anyBody: fc.Arbitrary<Body> = fc.record({
  previous: fc.option(anyHash, { nil: undefined }),
  parents: fc.array(anyPlace, { maxLength: PARENTS_MAX }),
  time: fc.record({ ms, count: fc.integer({ min: 0, max: 2 ** 52 }) }),
  wallMs: ms,
  name: fitting(NAME_BYTES_MAX, 1),
  content: anyContent,
}).map(plain);
