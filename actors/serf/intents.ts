import { validName } from "../../transport/wire/validate.ts";
import type { JoinIntent, LeaveIntent } from "./messages.ts";

/** What Serf says of a member. `left` said so before it went; `failed` went without a word. */
export type SerfStatus = "alive" | "leaving" | "left" | "failed";

/** What an intent came to. */
export type Verdict =
  /** It is news, and to be gossiped on; `ruledOut` if by it a member that failed counts as left. */
  | Readonly<{ type: "news"; ruledOut?: string }>
  /** Somebody believes that we are leaving: we say that we are there. */
  | Readonly<{ type: "refute" }>
  /** We have heard that, or something newer. */
  | Readonly<{ type: "old" }>
  /** It is about nobody: no member can be called so. */
  | Readonly<{ type: "bad_name" }>;

type Known = { status: SerfStatus; time: number; goneAt: number; prune: boolean };
type Recent = Readonly<{ type: "leave" | "join"; time: number; heardAt: number }>;

/** How long somebody who is gone is remembered (`ReconnectTimeout`, `TombstoneTimeout`), and how many of them. */
const GONE_MS = 24 * 60 * 60 * 1_000;
const GONE_MAX = 4_096;

/** How long an intent waits for the member that it is about (`RecentIntentTimeout`), and how many do. */
const RECENT_MS = 5 * 60 * 1_000;
const RECENT_MAX = 1_024;

const NEWS: Verdict = { type: "news" };
const OLD: Verdict = { type: "old" };
const BAD_NAME: Verdict = { type: "bad_name" };

/**
 * Who means to leave and who to stay, by Serf's rules (`serf.go`): the newest intent of each member counts, by its logical
 * time, and decides whether one that goes has left or failed. Intents may come before the member that they are about.
 */
export class Intents {
  readonly #self: string;
  readonly #known = new Map<string, Known>();
  /** Of those, who is gone, the one longest gone first. */
  readonly #gone = new Set<string>();
  readonly #recent = new Map<string, Recent>();
  #leaving = false;

  constructor(self: string) {
    this.#self = self;
    this.#known.set(self, { status: "alive", time: 0, goneAt: 0, prune: false });
  }

  /** How many intents wait for their members, and how many of those who are gone are remembered. */
  get counts(): Readonly<{ recent: number; gone: number }> {
    return { recent: this.#recent.size, gone: this.#gone.size };
  }

  statusOf(name: string): SerfStatus | undefined {
    return this.#known.get(name)?.status;
  }

  /** When each member's last intent was said. */
  get times(): ReadonlyMap<string, number> {
    return new Map([...this.#known].map(([name, { time }]) => [name, time]));
  }

  get left(): readonly string[] {
    return [...this.#known].filter(([, { status }]) => status === "left").map(([name]) => name);
  }

  /** We mean to go: from now on it is true if somebody says so. */
  beginLeaving(): void {
    this.#leaving = true;
  }

  /** The membership has it as a member, from now on or again. */
  joined(name: string): void {
    const known = this.#known.get(name);
    if (known !== undefined) {
      this.#gone.delete(name);
      this.#known.set(name, { ...known, status: "alive", goneAt: 0, prune: false });
      return;
    }
    const recent = this.#recent.get(name);
    this.#recent.delete(name);
    const status = recent?.type === "leave" ? "leaving" : "alive";
    this.#known.set(name, { status, time: recent?.time ?? 0, goneAt: 0, prune: false });
  }

  /** The membership has lost it; whether that is to be called `left` or `failed`. */
  gone(name: string, now: number): "left" | "failed" | undefined {
    const known = this.#known.get(name);
    if (known === undefined || isGone(known)) return undefined;
    known.status = known.status === "leaving" ? "left" : "failed";
    known.goneAt = now;
    const { status, prune } = known;
    if (prune) this.#known.delete(name);
    else this.#bury(name);
    return status as "left" | "failed";
  }

  hearLeave({ node, time, prune }: Omit<LeaveIntent, "type">, now: number): Verdict {
    if (!validName(node)) return BAD_NAME;
    const known = this.#known.get(node);
    if (known === undefined) return this.#remember("leave", node, time, now);
    if (time <= known.time) return OLD;
    if (node === this.#self && !this.#leaving) return { type: "refute" };
    known.time = time;
    const ruledOut = known.status === "failed";
    if (ruledOut) known.status = "left";
    else if (known.status === "alive") known.status = "leaving";
    if (prune) this.#prune(node, known);
    return ruledOut ? { type: "news", ruledOut: node } : NEWS;
  }

  hearJoin({ node, time }: Omit<JoinIntent, "type">, now: number): Verdict {
    if (!validName(node)) return BAD_NAME;
    const known = this.#known.get(node);
    if (known === undefined) return this.#remember("join", node, time, now);
    if (time <= known.time) return OLD;
    known.time = time;
    if (known.status === "leaving" && !(node === this.#self && this.#leaving)) known.status = "alive";
    return NEWS;
  }

  /** Forgets what is too long ago. */
  expire(now: number): void {
    for (const [name, { heardAt }] of this.#recent) if (now - heardAt > RECENT_MS) this.#recent.delete(name);
    for (const name of this.#gone) {
      if (now - this.#known.get(name)!.goneAt <= GONE_MS) break;
      this.#forget(name);
    }
  }

  /** Of somebody whom we do not know (yet): only the newest is kept, and of too many the first is forgotten. */
  #remember(type: Recent["type"], name: string, time: number, now: number): Verdict {
    const recent = this.#recent.get(name);
    if (recent !== undefined && time <= recent.time) return OLD;
    this.#recent.delete(name);
    this.#recent.set(name, { type, time, heardAt: now });
    for (const [oldest] of this.#recent) {
      if (this.#recent.size <= RECENT_MAX) break;
      this.#recent.delete(oldest);
    }
    return NEWS;
  }

  /** Who is still there is forgotten when it goes. */
  #prune(name: string, known: Known): void {
    if (isGone(known)) this.#forget(name);
    else known.prune = true;
  }

  #bury(name: string): void {
    this.#gone.add(name);
    if (this.#gone.size <= GONE_MAX) return;
    const [oldest] = this.#gone;
    this.#forget(oldest!);
  }

  #forget(name: string): void {
    this.#gone.delete(name);
    this.#known.delete(name);
  }
}

function isGone({ status }: Known): boolean {
  return status === "left" || status === "failed";
}
