import type { Alive } from "../../transport/wire/message.ts";
import type { Application } from "./application.ts";
import { viewOfAlive } from "./member.ts";
import type { Claim } from "./merge.ts";
import { Turns } from "./turns.ts";

/** Claims from packets that wait at most (HandoffQueueDepth in memberlist); of more, the newest is dropped. */
const WAITING_MAX = 1_024;

/** Rows of one table that wait at once: the others follow as these are done with, so that none needs to be dropped. */
const ROWS_WAITING_MAX = 16;

type VettingDeps = Readonly<{
  application: Pick<Application, "judgeAlive">;
  /** Whether the rules would look at it at all; what they drop before is not proposed. */
  isProposable(alive: Alive): boolean;
  apply(claim: Claim): void;
  count(what: string): void;
}>;

/**
 * Asks the application about each alive (NotifyAlive), and lets nothing that is said of a member overtake what was said
 * of it before. Of what is local, nothing is asked: our own entry is what the application itself wants it to be.
 */
export class Vetting {
  readonly #deps: VettingDeps;
  readonly #turns = new Turns();
  #waiting = 0;

  constructor(deps: VettingDeps) {
    this.#deps = deps;
  }

  /** From a packet. */
  hear(claim: Claim): void {
    const isAsked = this.#isAsked(claim);
    if (!isAsked && !this.#turns.isWaiting(claim.node)) return this.#deps.apply(claim);
    if (this.#waiting >= WAITING_MAX) return this.#deps.count("alive veto: too many waiting");
    this.#waiting++;
    this.#enter(claim, isAsked, () => this.#waiting--);
  }

  /** A table's, in their order; calls back when all are done with. */
  hearAll(claims: readonly Claim[], done: () => void): void {
    let next = 0;
    let waiting = 0;
    let isFeeding = false;
    const feed = (): void => {
      if (isFeeding) return;
      isFeeding = true; // a claim that need not wait comes back here before the loop goes on
      while (next < claims.length && waiting < ROWS_WAITING_MAX) {
        const claim = claims[next++]!;
        waiting++;
        this.#enter(claim, this.#isAsked(claim), () => {
          waiting--;
          feed();
        });
      }
      isFeeding = false;
      if (waiting === 0 && next === claims.length) done();
    };
    feed();
  }

  /** Does `act` when all that was said of `node` so far is done with. */
  afterwards(node: string, act: () => void): void {
    if (this.#turns.isWaiting(node)) this.#turns.ready(this.#turns.enter(node), act);
    else act();
  }

  #enter(claim: Claim, isAsked: boolean, done: () => void): void {
    const { application, apply, count } = this.#deps;
    const turn = this.#turns.enter(claim.node);
    const accept = (): void => {
      apply(claim);
      done();
    };
    const proposed = isAsked && claim.type === "alive" ? viewOfAlive(claim) : undefined;
    if (proposed === undefined) return this.#turns.ready(turn, accept);
    application.judgeAlive(proposed, ({ ok }) => {
      if (ok) return this.#turns.ready(turn, accept);
      this.#turns.ready(turn, () => {
        count("alive vetoed");
        done();
      });
    });
  }

  #isAsked(claim: Claim): boolean {
    return claim.type === "alive" && this.#deps.isProposable(claim);
  }
}
