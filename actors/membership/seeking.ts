import type { Address } from "../../transport/address.ts";
import type { MembershipMemory, MembershipMessage } from "../membership.ts";
import type { Context } from "../runtime/behavior.ts";
import type { Exchanges } from "./exchanges.ts";
import { REJOIN_INTERVAL_MS } from "./lost_members.ts";
import type { Member } from "./member.ts";
import type { Roster } from "./roster.ts";

type SeekingDeps = Readonly<{
  ctx: Context<MembershipMessage>;
  memory: MembershipMemory;
  exchanges: Pick<Exchanges, "peek">;
  roster(): Roster | undefined;
  count(what: string): void;
}>;

/** Looks now and then for members that failed, and where somebody should be whom we have not met. */
export class Seeking {
  readonly #deps: SeekingDeps;

  constructor(deps: SeekingDeps) {
    this.#deps = deps;
  }

  /** Somebody should be there. */
  seek(addresses: readonly Address[]): void {
    const { ctx, memory: { lost, address: own } } = this.#deps;
    const roster = this.#deps.roster();
    if (roster === undefined || roster.left) return;
    const known = new Set([own, ...roster.listed().map(({ address }) => address)]);
    const unknown = addresses.filter((address) => !known.has(address));
    for (const address of unknown) lost.seek(address, ctx.clock.now());
    this.begin();
  }

  /** Something has become of a member. */
  note({ name, address, state }: Member): void {
    const { ctx, memory: { lost } } = this.#deps;
    if (state !== "dead") return lost.found(name, address);
    lost.lost(name, address, ctx.clock.now());
    this.begin();
  }

  /** An exchange with somebody we lost or never met; its outcome is that of any other. */
  look(): void {
    const { ctx, memory: { lost }, exchanges, count } = this.#deps;
    const roster = this.#deps.roster();
    if (roster === undefined || roster.left) return;
    const to = lost.pick(roster.listedCount - 1, ctx.clock.now(), ctx.random);
    if (to !== undefined) {
      count("lost sought");
      exchanges.peek(to);
    }
    this.begin();
  }

  /** With nobody lost there is nothing to wake up for. */
  begin(): void {
    const { ctx: { timers }, memory: { lost } } = this.#deps;
    if (lost.size > 0 && !timers.has("rejoin")) timers.after("rejoin", REJOIN_INTERVAL_MS, { type: "rejoin" });
  }
}
