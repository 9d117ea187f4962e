/**
 * Which author a name belongs to: whoever was seen with it first (trust on first use). Another author who goes by it
 * later is a changed key or a thief, which only the person can tell; until the person says so, nothing changes hands.
 */
import * as v from "valibot";
import { skeletonOf } from "../skeleton.ts";
import { AUTHOR_BYTES, type AuthorId } from "./author.ts";
import { NAME_BYTES_MAX } from "./entry.ts";
import { HYBRID_MS_MAX } from "./hybrid_time.ts";

/** A name and what is known of it. Times are of our wall clock, for people. */
export type KnownName = Readonly<{
  name: string;
  author: AuthorId;
  firstWallMs: number;
  lastWallMs: number;
  /** The person has compared the fingerprint. */
  verified: boolean;
  /** Who went by the name last, without its being theirs. */
  claimant?: AuthorId;
}>;

/** A name seen for the first time, with its author, or with another than that of the `changed` one. */
export type Sighting = "first" | "known" | Readonly<{ changed: AuthorId }>;

type ReadNames = Readonly<{ ok: true; names: KnownNames }> | Readonly<{ ok: false; why: string }>;

/** Names that are kept. Beyond that the one unseen for longest goes, but none that is verified, ours or in use. */
export const NAMES_MAX = 4096;

/** Names of one author that count against it, so that nobody drives out the others' by taking many. */
export const NAMES_PER_AUTHOR_MAX = 16;

/** More than the longest row is, with each character of its name written as an escape. */
const ROW_CHARACTERS_MAX = 1024;

const VERSION = 1;

/** Whether somebody of that name is a member now, or in one of our rooms. */
export type IsHere = (name: string) => boolean;

export class KnownNames {
  readonly #self: AuthorId;
  readonly #isHere: IsHere;
  /** The one unseen for longest first, whatever the wall clock said. */
  readonly #known = new Map<string, KnownName>();
  readonly #looks = new Map<string, Set<string>>();
  /** The same by the names themselves: to find out how one looks costs more than all the rest. */
  readonly #alike = new Map<string, Set<string>>();
  #changes = 0;
  #evicted = 0;
  #unkept = 0;
  #refused = 0;

  constructor(self: AuthorId, isHere: IsHere = () => false) {
    this.#self = self;
    this.#isHere = isHere;
  }

  /** What was written by {@linkcode KnownNames.toText}, or why it was not. */
  static fromText(self: AuthorId, text: string, isHere?: IsHere): ReadNames {
    if (text.length > NAMES_MAX * ROW_CHARACTERS_MAX) {
      return { ok: false, why: "the known names are too many to be ours" };
    }
    const parsed = v.safeParse(TEXT, parseJson(text), { abortEarly: true });
    if (!parsed.success) return { ok: false, why: "the known names are damaged" };
    const names = new KnownNames(self, isHere);
    for (const [name, author, firstWallMs, lastWallMs, verified] of parsed.output.names) {
      if (names.#known.has(name)) return { ok: false, why: "the known names name one twice" };
      names.#keep({ name, author, firstWallMs, lastWallMs, verified });
    }
    return { ok: true, names };
  }

  /** How often something has changed that should be kept; that a known name was seen again is no such thing. */
  get changes(): number {
    return this.#changes;
  }

  /** Somebody whose signature was right goes by that name. */
  note(name: string, author: AuthorId, atWallMs: number): Sighting {
    const known = this.#known.get(name);
    if (known === undefined) {
      this.#bind(name, author, atWallMs);
      return "first";
    }
    if (known.author !== author) {
      this.#refused++;
      this.#known.set(name, { ...known, claimant: author }); // stands where it stood: its owner was not seen
      return { changed: known.author };
    }
    this.#known.delete(name); // to stand last
    this.#known.set(name, { ...known, lastWallMs: toWallMs(atWallMs) });
    return "known";
  }

  /** Whether a name is somebody else's. */
  isTaken(name: string, author: AuthorId): boolean {
    const known = this.#known.get(name);
    return known !== undefined && known.author !== author;
  }

  /** Somebody else's name that looks the same and is not the same. */
  alike(name: string, author: AuthorId): string | undefined {
    return this.#looks.get(skeletonOf(name))?.values().find((other) => other !== name && this.isTaken(other, author));
  }

  /** Of the names that look like this one, that which was known first, if it is somebody else's. */
  original(name: string, author: AuthorId): string | undefined {
    const alike = this.#alike.get(name) ?? this.#looks.get(skeletonOf(name));
    if (alike === undefined || alike.size === 1 && alike.has(name)) return undefined;
    let first: KnownName | undefined;
    for (const other of alike) {
      const known = this.#known.get(other)!;
      if (first === undefined || this.#sinceMs(known) < this.#sinceMs(first)) first = known;
    }
    const isSure = author === this.#self || this.#known.get(name)?.verified === true;
    return isSure || first?.author === author || first?.name === name ? undefined : first?.name;
  }

  /** Our own names, and those that the person made sure of, look like nobody else's. */
  #sinceMs({ author, verified, firstWallMs }: KnownName): number {
    return author === this.#self || verified ? -1 : firstWallMs;
  }

  of(name: string): KnownName | undefined {
    return this.#known.get(name);
  }

  /** The one seen last first. */
  namesOf(author: AuthorId): readonly string[] {
    return [...this.#known.values()].filter((known) => known.author === author).map(({ name }) => name).reverse();
  }

  /** The person says that the name is this author's from now on. A fingerprint that was compared was another's. */
  rebind(name: string, author: AuthorId, atWallMs: number): void {
    this.forget(name);
    this.#bind(name, author, atWallMs);
  }

  /** The person has compared the fingerprint of this author; `false` when the name is not that author's. */
  verify(name: string, author: AuthorId): boolean {
    const known = this.#known.get(name);
    if (known?.author !== author) return false;
    this.#known.set(name, { ...known, verified: true });
    this.#changes++;
    return true;
  }

  forget(name: string): void {
    if (!this.#known.delete(name)) return;
    const alike = this.#looks.get(skeletonOf(name))!;
    this.#alike.delete(name);
    alike.delete(name);
    if (alike.size === 0) this.#looks.delete(skeletonOf(name));
    this.#changes++;
  }

  toText(): string {
    const names = [...this.#known.values()].map((
      { name, author, firstWallMs, lastWallMs, verified },
    ) => [name, author, firstWallMs, lastWallMs, verified]);
    return JSON.stringify({ v: VERSION, names });
  }

  counters(): Readonly<Record<string, number>> {
    return { kept: this.#known.size, evicted: this.#evicted, unkept: this.#unkept, refused: this.#refused };
  }

  #bind(name: string, author: AuthorId, atWallMs: number): void {
    if (!isName(name) || !this.#makeRoom(author)) {
      this.#unkept++;
      return;
    }
    // Which of two that look the same was there first is told by this, also where the clock was set back.
    const alike = this.#looks.get(skeletonOf(name)) ?? [];
    const before = [...alike].map((other) => this.#known.get(other)!.firstWallMs);
    const wallMs = toWallMs(Math.max(toWallMs(atWallMs), ...before.map((ms) => ms + 1)));
    this.#keep({ name, author, firstWallMs: wallMs, lastWallMs: wallMs, verified: false });
    this.#changes++;
  }

  #keep(known: KnownName): void {
    this.#known.set(known.name, known);
    const look = skeletonOf(known.name);
    const alike = (this.#looks.get(look) ?? new Set()).add(known.name);
    this.#looks.set(look, alike);
    this.#alike.set(known.name, alike);
  }

  /** Whether there is room for one name more of this author. */
  #makeRoom(author: AuthorId): boolean {
    const free = [...this.#known.values()].filter((known) => !known.verified && known.author !== this.#self);
    const ofAuthor = free.filter((known) => known.author === author);
    const isOneTooMany = ofAuthor.length >= NAMES_PER_AUTHOR_MAX;
    if (!isOneTooMany && this.#known.size < NAMES_MAX) return true;
    const inUse = this.#namesInUse();
    const leaving = (isOneTooMany ? ofAuthor : free).find(({ name }) => !inUse.has(name));
    if (leaving === undefined) return false;
    this.#evict(leaving);
    return true;
  }

  /** Of those who are here, the names that they are here by, and those that they spoke by last. */
  #namesInUse(): ReadonlySet<string> {
    const inUse = new Set<string>();
    const here = new Set<AuthorId>();
    const lastNames = new Map<AuthorId, string>();
    for (const { name, author } of this.#known.values()) {
      lastNames.set(author, name);
      if (!this.#isHere(name)) continue;
      inUse.add(name);
      here.add(author);
    }
    for (const author of here) inUse.add(lastNames.get(author)!);
    return inUse;
  }

  #evict({ name }: KnownName): void {
    this.forget(name);
    this.#evicted++;
  }
}

/** What is written must be read again, so nothing else is kept. */
function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "" && name.isWellFormed() && Buffer.byteLength(name) <= NAME_BYTES_MAX;
}

function toWallMs(ms: number): number {
  return Math.min(Math.max(0, Math.trunc(ms) || 0), HYBRID_MS_MAX);
}

const AUTHOR_HEX = new RegExp(`^[0-9a-f]{${2 * AUTHOR_BYTES}}$`);

const NAME = v.custom<string>(isName);
const AUTHOR = v.custom<AuthorId>((value) => typeof value === "string" && AUTHOR_HEX.test(value));
const WALL_MS = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(HYBRID_MS_MAX));

const TEXT = v.object({
  v: v.literal(VERSION),
  names: v.pipe(v.array(v.tuple([NAME, AUTHOR, WALL_MS, WALL_MS, v.boolean()])), v.maxLength(NAMES_MAX)),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not the names, like any other wrong value
  }
}
