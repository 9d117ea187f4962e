import type { MembershipMemory, MembershipMessage } from "../membership.ts";
import type { Context } from "../runtime/behavior.ts";
import type { Announcer } from "./announcer.ts";
import type { Exchanges } from "./exchanges.ts";
import { isListed, type Member } from "./member.ts";
import type { Roster } from "./roster.ts";

/** After a crash, others are asked so often, so long after each other, before they count as gone. */
const ASKED_TIMES = 3;
const ASKED_AGAIN_MS = 1_000;

type ComebackDeps = Readonly<{
  ctx: Context<MembershipMessage>;
  memory: MembershipMemory;
  exchanges: Pick<Exchanges, "join">;
  announcer: Announcer;
  roster(): Roster | undefined;
}>;

/** After a crash of ours: who was here is asked for the rest, and joins that it cut short are begun anew. */
export class Comeback {
  readonly #deps: ComebackDeps;

  constructor(deps: ComebackDeps) {
    this.#deps = deps;
  }

  begin(): void {
    const { ctx, memory } = this.#deps;
    this.askFormer(ASKED_TIMES);
    // By then the transport is open again, if it crashed too.
    if (memory.joins.size > 0) ctx.timers.after("join_again", ASKED_AGAIN_MS, { type: "join_again" });
  }

  /** Asks who was here before our crash. The transport may have crashed too and not be open yet: then again. */
  askFormer(timesLeft: number): void {
    const { ctx, memory, exchanges } = this.#deps;
    const former = [...memory.present.values()];
    if (former.length === 0 || this.#deps.roster() === undefined) return;
    exchanges.join(former.map(({ address }) => address), (reply) => {
      const isHeard = reply.type === "refused" || reply.contacted > 0;
      if (isHeard || timesLeft <= 1) return this.#missed(former);
      ctx.timers.after("ask_former", ASKED_AGAIN_MS, { type: "ask_former", timesLeft: timesLeft - 1 });
    });
  }

  /** Of those who were here before our crash, we announce who is not: nobody tells us of the dead that we do not know. */
  #missed(former: readonly Member[]): void {
    const { memory, announcer } = this.#deps;
    const roster = this.#deps.roster();
    if (roster === undefined || roster.left) return;
    for (const { name } of former) {
      const before = memory.present.get(name);
      const known = roster.get(name);
      if (before === undefined || (known !== undefined && isListed(known))) continue;
      announcer.announce({ type: "announce", event: "leave", member: { ...before, state: "dead" }, by: roster.self });
    }
  }
}
