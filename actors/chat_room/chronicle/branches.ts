import type { LogId } from "../../history/author.ts";
import { BranchWishes } from "../../history/branch_wishes.ts";
import { ForkNews, FORKS_TOLD_EVERY_MS } from "../../history/fork_news.ts";
import type { BranchEnd } from "../../history/forks.ts";
import { encodeLogMessage, ENDS_MAX } from "../../history/log_message.ts";
import type { RoomLog } from "../../history/room_log.ts";
import type { Serving } from "../../history/serving.ts";
import type { Kept } from "../../history/store.ts";
import { someOf } from "./some_of.ts";
import type { ChronicleWorld } from "./world.ts";

/** Others who are told at once that a log is forked; they tell more. */
const TOLD_AT_ONCE = 2;

type BranchesDeps = Readonly<{
  log: RoomLog;
  serving: Serving;
  counters: { "forked logs told together": number };
  world: ChronicleWorld;
}>;

/** The branches of logs whose authors have said two things under one number: asked for, handed out, and told of. */
export class Branches {
  readonly #deps: BranchesDeps;
  readonly #wishes = new BranchWishes();
  readonly #news = new ForkNews();

  constructor(deps: BranchesDeps) {
    this.#deps = deps;
  }

  isAskedOf(from: string, log: LogId): boolean {
    return this.#wishes.isAskedOf(from, log, this.#deps.world.now());
  }

  answered(from: string, log: LogId): void {
    this.#wishes.answered(from, log);
  }

  gone(member: string): void {
    this.#wishes.gone(member);
  }

  /** Somebody tells where branches of forked logs end. It may have what lies between the pieces of ours, too. */
  heard(from: string, ends: readonly BranchEnd[]): void {
    this.#askForLacking(from, ends);
    const logs = new Set(ends.map(({ log }) => log));
    for (const end of this.#deps.log.missingEnds) if (logs.has(end.log)) this.ask(from, end);
  }

  /** Somebody tells the newest entries of logs: another than ours under the same number is a branch. */
  topsHeard(from: string, ends: readonly BranchEnd[]): void {
    const { holdings } = this.#deps.log;
    this.#askForLacking(from, ends.filter(({ log, sequence }) => holdings.has(log, sequence)));
  }

  ask(from: string, end: BranchEnd): void {
    const { world } = this.#deps;
    if (!this.#wishes.asks(from, end, world.now())) return;
    world.sendTo(from, encodeLogMessage({ type: "want_branch", end }));
  }

  /** Hands out what somebody wants. */
  send(to: string, end: BranchEnd): void {
    const { log, serving, world } = this.#deps;
    if (!serving.affords(to, world.now())) return;
    const branch = log.branchTo(end);
    if (branch !== undefined) world.sendTo(to, encodeLogMessage(branch));
  }

  tell(to: string): void {
    const { log, world } = this.#deps;
    const ends = log.branchEnds.slice(-ENDS_MAX);
    if (ends.length > 0) world.sendTo(to, encodeLogMessage({ type: "branches", ends }));
  }

  /** Whether that log is known to be forked. */
  isForked(log: LogId): boolean {
    return this.#news.has(log) || this.#deps.log.isForked(log);
  }

  /** A log is forked that was not before, by this entry: the person and others are told. */
  begun(entry: Kept): void {
    const { counters, world } = this.#deps;
    if (this.#news.begun(entry.log, world.now())) world.forked(entry);
    else {
      counters["forked logs told together"]++;
      world.setTimer("tell_forks", FORKS_TOLD_EVERY_MS);
    }
    for (const other of someOf([...world.others()], TOLD_AT_ONCE, world.random)) this.tell(other);
  }

  /** Tells the person of those that were not told one by one. */
  tellMany(): void {
    const { world } = this.#deps;
    const count = this.#news.takeTogether(world.now());
    if (count > 0) world.forkedTogether(count);
  }

  #askForLacking(from: string, ends: readonly BranchEnd[]): void {
    const { log } = this.#deps;
    for (const end of ends) if (log.holdings.knows(end.log) && log.lacks(end)) this.ask(from, end);
  }
}
