import { type AuthorId, authorOfLog } from "../../history/author.ts";
import { decodeBody } from "../../history/entry.ts";
import type { Holdings } from "../../history/holdings.ts";
import type { Batch } from "../../history/log_message.ts";
import type { Kept } from "../../history/store.ts";
import type { ChronicleWorld } from "./world.ts";

/** Logs that somebody who is in the room can begin though there are too many; who starts anew may need another. */
const NEW_LOGS_EACH_MAX = 16;

/** Authors whose member is known, and members who have begun logs. */
const MEMBERS_MAX = 8_192;

/** Which member speaks as which author. */
export class Speakers {
  readonly #holdings: Holdings;
  readonly #world: ChronicleWorld;
  /** By which member an author speaks. */
  readonly #memberOf = new Map<AuthorId, string>();
  /** How many logs each who is in the room has begun under its own name. */
  readonly #newLogsOf = new Map<string, number>();

  constructor(holdings: Holdings, world: ChronicleWorld) {
    this.#holdings = holdings;
    this.#world = world;
  }

  /** By which member an author spoke last. */
  memberOf(author: AuthorId): string | undefined {
    return this.#memberOf.get(author);
  }

  /** Whether somebody who is in the room begins a log under its own name; that it has begun many does not count for more. */
  isNewcomer(from: string, { log, bodies }: Batch): boolean {
    return !this.#holdings.knows(log) && (this.#newLogsOf.get(from) ?? 0) < NEW_LOGS_EACH_MAX &&
      decodeBody(bodies.at(-1)!)?.name === from && this.#world.others().some((other) => other === from);
  }

  noteNewLog(member: string): void {
    this.#newLogsOf.set(member, (this.#newLogsOf.get(member) ?? 0) + 1);
    forgetOldest(this.#newLogsOf);
  }

  /**
   * An author speaks by the member whose name its entry bears; where that is no member's, by who brings it first. Others
   * may say again what it has said, and are not taken for it.
   */
  spoke(from: string, { log, bodies }: Batch, news: readonly Kept[]): void {
    const author = authorOfLog(log);
    const name = news.at(-1)?.name ?? decodeBody(bodies.at(-1)!)?.name;
    const isItsName = name === from;
    if (!isItsName && (news.length === 0 || this.#world.others().some((other) => other === name))) return;
    this.#memberOf.delete(author);
    this.#memberOf.set(author, from);
    forgetOldest(this.#memberOf);
  }
}

function forgetOldest<K>(map: Map<K, unknown>): void {
  if (map.size <= MEMBERS_MAX) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
