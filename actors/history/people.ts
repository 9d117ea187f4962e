import { type AuthorId, authorOfLog, type LogId } from "./author.ts";
import { type IsHere, KnownNames, type Sighting } from "./known_names.ts";
import type { HistoryStore } from "./store.ts";

/** An author's log in one room, as far as it is here. */
type LogHeld = Readonly<{ room: string; log: LogId; last: number }>;

/** What is known of whoever a name belongs to. Times are of our wall clock. */
export type Whois = Readonly<{
  name: string;
  author: AuthorId;
  sinceWallMs: number;
  lastWallMs: number;
  /** All names of that author, the one seen last first. */
  names: readonly string[];
  /** Who else goes by the name, without its being theirs. */
  claimant: AuthorId | undefined;
  isIgnored: boolean;
  logs: readonly LogHeld[];
}>;

/** Done, or one sentence that says why not. */
export type PeopleReply = Readonly<{ ok: true }> | Readonly<{ ok: false; why: string }>;

/** Who looks at what was said: who that is, whom they ignore, and what they know of names. */
export type Viewer = Readonly<{
  self: AuthorId;
  isIgnored(author: AuthorId): boolean;
  isTaken(name: string, author: AuthorId): boolean;
  /** Another's name that was known before and that this one only looks like. */
  original(name: string, author: AuthorId): string | undefined;
}>;

/** Authors that a person wants to read nothing of. */
const IGNORED_MAX = 256;

const [NAMES_KEY, IGNORED_KEY, NICK_KEY] = ["known names", "ignored", "nick"] as const;

/** The person as of what was kept last, for who only looks. */
export function viewerOf(store: HistoryStore, self: AuthorId): Viewer {
  const names = namesIn(store, self);
  const ignored = new Set(authorsIn(store.recall(IGNORED_KEY)));
  return {
    self,
    isIgnored: (author) => ignored.has(author),
    isTaken: (name, author) => names.isTaken(name, author),
    original: (name, author) => names.original(name, author),
  };
}

/** Who is who, for one peer: which key a name belongs to, whom the person ignores, and by which name we speak. */
export class People implements Viewer {
  readonly self: AuthorId;
  readonly #store: HistoryStore;
  readonly #own: string;
  readonly #names: KnownNames;
  readonly #ignored: Set<AuthorId>;
  readonly #lastNames = new Map<AuthorId, string>();
  readonly #claims = new Set<string>();
  readonly #places = new Set<IsHere>();
  #claimsUntold = 0;
  #nick: string | undefined;
  #savedChanges = 0;

  constructor(store: HistoryStore, self: AuthorId, own: string, wallMs: number) {
    this.self = self;
    this.#store = store;
    this.#own = own;
    this.#names = namesIn(store, self, (name) => this.#places.values().some((isHere) => isHere(name)));
    this.#savedChanges = this.#names.changes;
    this.#ignored = new Set(authorsIn(store.recall(IGNORED_KEY)));
    const nick = store.recall(NICK_KEY);
    this.#nick = nick === undefined || this.#names.isTaken(nick, self) ? undefined : nick;
    for (const name of new Set([own, this.name])) this.#names.rebind(name, self, wallMs);
  }

  /** By which name we speak. */
  get name(): string {
    return this.#nick ?? this.#own;
  }

  /** As long as somebody is in that place, nobody's made-up names drive theirs out. Returns what ends it. */
  watch(isHere: IsHere): () => void {
    this.#places.add(isHere);
    return () => void this.#places.delete(isHere);
  }

  /** Somebody whose signature was right goes by that name. */
  note(name: string, author: AuthorId, wallMs: number): Sighting {
    return this.#names.note(name, author, wallMs);
  }

  /** By which other name this author spoke last, as far as it has since the start. */
  renamed(author: AuthorId, name: string): string | undefined {
    const former = this.#lastNames.get(author);
    this.#lastNames.delete(author);
    this.#lastNames.set(author, name);
    if (this.#lastNames.size > LAST_NAMES_MAX) this.#lastNames.delete(this.#lastNames.keys().next().value!);
    return former === name ? undefined : former;
  }

  /** Whether that somebody goes by another's name was not told yet; somebody without a key is one like another. */
  isNewClaim(name: string, author: AuthorId | undefined): boolean {
    const claim = `${name} ${author ?? ""}`;
    if (this.#claims.has(claim)) return false;
    if (this.#claims.size >= CLAIMS_MAX) {
      this.#claimsUntold++;
      return false;
    }
    this.#claims.add(claim);
    return true;
  }

  isTaken(name: string, author: AuthorId): boolean {
    return this.#names.isTaken(name, author);
  }

  original(name: string, author: AuthorId): string | undefined {
    return this.#names.original(name, author);
  }

  /** Whose a name is, as far as we know. */
  authorOf(name: string): AuthorId | undefined {
    return this.#names.of(name)?.author;
  }

  /** How an author was called last; the key itself where that is not known. */
  nameOf(author: AuthorId): string {
    return author === this.self ? this.name : this.#names.namesOf(author)[0] ?? author;
  }

  isIgnored(author: AuthorId | undefined): boolean {
    return author !== undefined && this.#ignored.has(author);
  }

  /** The name is its claimant's from now on; the person has made sure. */
  accept(name: string, wallMs: number): PeopleReply {
    const known = this.#names.of(name);
    if (known === undefined) return no(`Nobody called "${name}" is known here`);
    if (known.claimant === undefined) return no(`Nobody else has gone by the name "${name}" since the start`);
    if (known.author === this.self) return no("That name is yours");
    this.#names.rebind(name, known.claimant, wallMs);
    this.save();
    return { ok: true };
  }

  ignore(name: string): PeopleReply {
    const author = this.authorOf(name);
    if (author === undefined) return no(`Nobody called "${name}" is known here, and only who has a key can be ignored`);
    if (author === this.self) return no("That is you");
    if (this.#ignored.size >= IGNORED_MAX) return no("You ignore too many already");
    this.#ignored.add(author);
    this.#saveIgnored();
    return { ok: true };
  }

  unignore(name: string): PeopleReply {
    const author = this.authorOf(name);
    if (author === undefined || !this.#ignored.delete(author)) return no(`You do not ignore "${name}"`);
    this.#saveIgnored();
    return { ok: true };
  }

  /** The names of those who are ignored. */
  get ignored(): readonly string[] {
    return [...this.#ignored].map((author) => this.nameOf(author));
  }

  /** We speak by this name from now on. */
  setNick(nick: string, wallMs: number): PeopleReply {
    if (this.#names.isTaken(nick, this.self)) return no(`The name "${nick}" belongs to another key here`);
    const alike = this.#names.alike(nick, this.self);
    if (alike !== undefined) return no(`The name "${nick}" looks like "${alike}", which belongs to another key`);
    this.#nick = nick === this.#own ? undefined : nick;
    this.#store.remember(NICK_KEY, this.#nick);
    this.#names.note(nick, this.self, wallMs);
    this.save();
    return { ok: true };
  }

  /** What became of names that were not simply known. */
  get counters(): Readonly<Record<string, number>> {
    const { evicted = 0, unkept = 0, refused = 0 } = this.#names.counters();
    return {
      "names forgotten for others": evicted,
      "names not kept": unkept,
      "names claimed by others": refused,
      "claims not told": this.#claimsUntold,
    };
  }

  whois(name: string): Whois | undefined {
    const known = this.#names.of(name);
    if (known === undefined) return undefined;
    const { author, firstWallMs: sinceWallMs, lastWallMs, claimant } = known;
    const isIgnored = this.isIgnored(author);
    const names = this.#names.namesOf(author);
    return { name, author, sinceWallMs, lastWallMs, names, claimant, isIgnored, logs: this.#logsOf(author) };
  }

  /** Whether something should be saved. */
  get isChanged(): boolean {
    return this.#names.changes !== this.#savedChanges;
  }

  /** Keeps what is known of names; `all` also when they were seen last, which alone is no reason to. */
  save(all = false): void {
    if (!this.isChanged && !all) return;
    this.#savedChanges = this.#names.changes;
    this.#store.remember(NAMES_KEY, this.#names.toText());
  }

  #saveIgnored(): void {
    this.#store.remember(IGNORED_KEY, JSON.stringify([...this.#ignored]));
  }

  #logsOf(author: AuthorId): readonly LogHeld[] {
    return this.#store.rooms().flatMap((room) => {
      const last = new Map<LogId, number>();
      for (const span of this.#store.spans(room)) {
        if (authorOfLog(span.log) === author) last.set(span.log, Math.max(span.last, last.get(span.log) ?? 0));
      }
      return [...last].map(([log, last]) => ({ room, log, last }));
    });
  }
}

/** Claims to names of others that are told in one run. */
const CLAIMS_MAX = 1_024;

/** Authors whose last name is remembered. */
const LAST_NAMES_MAX = 4_096;

/** Damaged, they are learnt again. */
function namesIn(store: HistoryStore, self: AuthorId, isHere?: IsHere): KnownNames {
  const read = KnownNames.fromText(self, store.recall(NAMES_KEY) ?? "", isHere);
  return read.ok ? read.names : new KnownNames(self, isHere);
}

function no(why: string): PeopleReply {
  return { ok: false, why };
}

function authorsIn(text = "[]"): readonly AuthorId[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value)
      ? value.filter((one) => typeof one === "string").slice(0, IGNORED_MAX) as AuthorId[]
      : [];
  } catch {
    return []; // damaged: nobody
  }
}
