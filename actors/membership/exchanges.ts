import { type Address, addressFromBytes } from "../../transport/address.ts";
import type { DecodeReason } from "../../transport/wire/decoded.ts";
import type { NodeState, PushPull, WireMessage } from "../../transport/wire/message.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { validateAlive } from "../../transport/wire/validate.ts";
import type { JoinReply, MembershipDeps, MembershipMessage } from "../membership.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ExchangeDone } from "../transport.ts";
import type { Application } from "./application.ts";
import { JOIN_WITHIN_MS, Joining } from "./joining.ts";
import { aliveFromNodeState, isListed, type Member, stateOfRow, toAlive, viewOfRow } from "./member.ts";
import { checkVersions, claimOfRow, localState, nameHolder } from "./push_pull.ts";
import type { Roster } from "./roster.ts";
import type { Vetting } from "./vetting.ts";

/** Another's table, as far as it can be merged. */
type Mergeable = Readonly<{ ok: true; rows: readonly NodeState[] }> | Readonly<{ ok: false; reason: string }>;

/** Members to whom a newcomer introduces itself after each exchange of its join; the rest hear of it by gossip. */
const INTRODUCED_MAX = 64;

/**
 * Who joined looks at another member's table so long afterwards, and again after twice as long if that taught it of
 * somebody: while many arrive at once, the rumour of one may be over before all know the other. Only where they are too
 * many for an introduction to each, be it that they have become so since: what is told while a cluster grows reaches ever
 * fewer of it.
 */
const CATCH_UP_AFTER_MS = 5_000;
const CATCH_UPS_MAX = 3;

/** Exchanges of others under way at once: as many as memberlist lets in (`pushPullReq` in `net.go`). */
const ASKED_MAX = 128;

/** An exchange of tables that we began. One that was begun in an earlier membership does not count in the next. */
type Exchange = Readonly<{ address: Address; roster: Roster; why: Occasion; joining: Joining | undefined }>;

/** Why we began one: to look who is there before we show ourselves, to join, to hear what we missed, or regularly. */
type Occasion = "peek" | "join" | "catch_up" | "regular";

/** What exchanges need of the membership that they are part of. */
type Host = Readonly<{
  ctx: Context<MembershipMessage>;
  deps: MembershipDeps;
  application: Application;
  vetting: Vetting;
  /** The table of our present membership, if we are a member. */
  roster(): Roster | undefined;
  merge(roster: Roster, rows: readonly NodeState[], knownTo: "everybody" | "us"): void;
  count(reason: string): void;
}>;

/** Exchanges of whole tables: those that we begin, also to join, and those that others ask for. */
export class Exchanges {
  readonly #host: Host;
  readonly #begun = new Map<number, Exchange>();
  #lastExchange = 0;
  /** Joins under way, by their number. */
  readonly #joinings = new Map<number, Joining>();
  #lastJoin = 0;
  /** Exchanges that others began and that are not over. */
  #asked = 0;
  /** Since the last join. */
  #catchUps = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** How many that we began are not over. */
  get underWay(): number {
    return this.#begun.size;
  }

  /** Exchanges tables with all who listen there, several at once. */
  join(addresses: readonly Address[], done: (reply: JoinReply) => void): void {
    const id = ++this.#lastJoin;
    const joining = new Joining(addresses, (reply) => {
      this.#joinings.delete(id);
      this.#host.ctx.timers.cancel(`join ${id}`);
      done(reply);
    });
    this.#joinings.set(id, joining);
    this.#host.ctx.timers.after(`join ${id}`, JOIN_WITHIN_MS, { type: "join_late", id });
    joining.proceed((address) => this.#peek(address, joining));
  }

  /** The time of that join is over. */
  joinLate(id: number): void {
    this.#joinings.get(id)?.giveUp();
  }

  /** We are going: whoever asked us to join somebody waits for no answer any more. */
  giveUpJoins(): void {
    for (const joining of [...this.#joinings.values()]) joining.giveUp();
  }

  /** Looks at the table of a member for those whom we missed. */
  catchUp(to: Address): void {
    const roster = this.#roster;
    if (roster === undefined) return;
    if (roster.size <= INTRODUCED_MAX) this.#catchUpLater(); // so far each has told us of itself
    else this.#show(NOTHING_TO_SHOW, { address: to, roster, joining: undefined, why: "catch_up" });
  }

  /** Exchanges tables with somebody who may not be there, or be another one by now. */
  peek(to: Address): void {
    this.#peek(to, new Joining([], () => {}));
  }

  /**
   * The other side reads our table before we merge its own, as in memberlist. Only where our application may refuse a
   * join it is asked before: the joiner is told the reason then, instead of half of it having come to pass.
   */
  asked(session: number, message: PushPull): void {
    const roster = this.#roster;
    const answer = (bytes?: Uint8Array): void =>
      this.#host.deps.cast.get("transport").tell({
        type: "answer",
        session,
        ...(bytes === undefined ? {} : { bytes }),
      });
    if (roster === undefined) return answer();
    if (this.#asked >= ASKED_MAX) {
      this.#host.count("too many exchanges");
      return answer();
    }
    this.#asked++;
    const done = (problem?: string): void => {
      this.#asked--;
      if (problem === undefined) return;
      this.#host.count("exchange refused");
      this.#host.ctx.log.info("exchange_refused", { problem });
    };
    const mergeable = this.#mergeable(message);
    this.#judge(mergeable, message.join, (refusal) => {
      if (refusal !== undefined) {
        answer(this.#host.deps.guard.sealReply({ type: "error", text: refusal }));
        return done(refusal);
      }
      this.#withState(message, (userState) => {
        if (this.#roster !== roster) {
          answer();
          return done("not a member any more");
        }
        answer(this.#host.deps.guard.sealReply(tableOf(roster, message.join, userState)));
        this.#merge(mergeable, message, message.join ? "join" : "regular", done);
      });
    });
  }

  /** Asks what our application adds to our table. Who shows no rows only looks at who is there, see `#peek`. */
  #withState({ nodes, join }: PushPull, then: (userState: Uint8Array) => void): void {
    if (nodes.length === 0) then(NO_STATE);
    else this.#host.application.localState(join, then);
  }

  /** The transport's word on one that we began. */
  done({ id, outcome }: ExchangeDone): void {
    const exchange = this.#begun.get(id);
    if (exchange === undefined) return;
    this.#begun.delete(id);
    const stranger = outcome.ok ? undefined : OTHER_KEYS[outcome.reason];
    if (stranger !== undefined) exchange.joining?.meetStranger(`The peer at ${exchange.address} ${stranger}`);
    if (!outcome.ok) return this.#over(exchange, outcome.reason);
    this.#takeAnswer(exchange, outcome.message, (problem) => {
      if (exchange.why === "peek" && problem === undefined) this.begin(exchange.address, exchange.joining);
      else this.#over(exchange, problem);
    });
  }

  #over({ joining, address }: Exchange, problem: string | undefined): void {
    if (problem !== undefined) {
      this.#host.count("exchange failed");
      this.#host.ctx.log.info("exchange_failed", { with: address, problem });
    }
    if (problem === undefined) this.#meet(address);
    if (problem === undefined && joining !== undefined) this.#introduce(joining, address);
    joining?.settle(address, problem);
    joining?.proceed((next) => this.#peek(next, joining!));
  }

  /**
   * Tells those whom we know by now that we are there. Gossip alone misses some: sent twice ceil(log10(n + 1)) times, as
   * in the `local` profile, each news of 32 members fails to reach one in fifty of them, until tables are exchanged half a
   * minute later. Of two who come by one contact the later one knows of the earlier, so that no pair is left out.
   */
  #introduce(joining: Joining, contact: Address): void {
    const roster = this.#roster;
    if (roster?.own === undefined || roster.left) return;
    const message = encodeMessage(toAlive(roster.own));
    const isToHear = (member: Member): boolean =>
      isListed(member) && member.name !== roster.self && member.address !== contact && joining.isToHear(member.name);
    for (const { name, address } of roster.pick(INTRODUCED_MAX, isToHear, this.#host.ctx.random)) {
      joining.heard(name);
      this.#host.deps.cast.get("broadcaster").tell({ type: "send", to: address, message, with: [] });
    }
  }

  /** Who answered there with its table is there. */
  #meet(address: Address): void {
    this.#host.deps.memory.lost.met(address);
    const member = this.#roster?.ring.find((one) => one.address === address);
    if (member !== undefined) this.#roster?.verify(member.name);
  }

  /** Merges what the other side answered, or only looks at it; calls back with what is wrong with it, if anything. */
  #takeAnswer({ roster, joining, why }: Exchange, message: WireMessage, done: (problem?: string) => void): void {
    if (roster !== this.#roster) return done("not a member any more");
    if (message.type === "error") return done(`remote error: ${message.text}`);
    if (message.type !== "push_pull") return done("an answer of the wrong type");
    const taken = joining === undefined ? undefined : this.#nameTaken(message);
    if (taken !== undefined) joining?.refuse(taken);
    if (joining?.isRefused) return done("name taken");
    const mergeable = this.#mergeable(message);
    this.#judge(mergeable, joining !== undefined, (refusal) => {
      if (refusal !== undefined) return done(refusal);
      if (roster !== this.#roster) return done("not a member any more");
      if (joining?.isRefused) return done("name taken");
      if (why === "peek") return done(mergeable.ok ? undefined : mergeable.reason);
      const sizeBefore = roster.size;
      this.#merge(mergeable, message, why, (problem) => {
        if (why === "join") this.#catchUps = 0;
        if (why !== "regular" && roster.size > sizeBefore) this.#catchUpLater();
        done(problem);
      });
    });
  }

  /** Why we cannot be of this cluster under our name, if that is so. */
  #nameTaken({ nodes }: PushPull): string | undefined {
    const own = this.#roster?.own;
    const holder = own === undefined ? undefined : nameHolder(nodes, own, this.#host.deps.profile);
    if (holder === undefined) return undefined;
    const address = addressFromBytes(holder.addr, holder.port) ?? "an address that is none";
    return `The name "${holder.name}" is taken by the peer at ${address}${WHEN_FREE[stateOfRow(holder) ?? "alive"]}`;
  }

  /** The rows of another's table that may be true, unless it does not fit ours as a whole. */
  #mergeable({ nodes }: PushPull): Mergeable {
    const rows = nodes.filter((row) => this.#isValid(row));
    const versions = checkVersions(this.#roster?.ring ?? [], rows);
    return versions.ok ? { ok: true, rows } : versions;
  }

  /** Asks the application whether a join may come about; calls back with the reason if it may not. */
  #judge(mergeable: Mergeable, join: boolean, then: (refusal?: string) => void): void {
    if (!mergeable.ok || !join || !this.#host.application.wants("mergeVeto")) return then();
    const members = mergeable.rows.map(viewOfRow).filter((view) => view !== undefined);
    this.#host.application.judgeMerge(members, (verdict) => {
      if (verdict.ok) return then();
      this.#host.count("merge vetoed");
      then(`merge refused: ${verdict.why}`);
    });
  }

  #merge(mergeable: Mergeable, { userState }: PushPull, why: Occasion, done: (problem?: string) => void): void {
    const roster = this.#roster;
    if (!mergeable.ok) return done(mergeable.reason);
    if (roster === undefined) return done("not a member");
    const merged = (): void => {
      if (userState.length > 0) {
        this.#host.application.tell("remoteState", {
          type: "remote_state",
          state: userState,
          join: why === "join",
        });
      }
      done();
    };
    if (!this.#host.application.wants("aliveVeto")) {
      this.#host.merge(roster, mergeable.rows, why === "catch_up" ? "everybody" : "us");
      return merged();
    }
    const claims = mergeable.rows.map((row) => claimOfRow(row, roster.self)).filter((claim) => claim !== undefined);
    for (let row = claims.length; row < mergeable.rows.length; row++) this.#host.count("unknown_state");
    this.#host.vetting.hearAll(claims, merged);
  }

  #catchUpLater(): void {
    if (this.#catchUps >= CATCH_UPS_MAX) return;
    const afterMs = CATCH_UP_AFTER_MS * 2 ** this.#catchUps++;
    this.#host.ctx.timers.after("catch_up", afterMs, { type: "catch_up" });
  }

  #isValid(row: NodeState): boolean {
    const problem = validateAlive(aliveFromNodeState(row));
    if (problem !== undefined) this.#host.count(`row ${problem}`);
    return problem === undefined;
  }

  /**
   * Reads the other side's table without showing ours, which an exchange of no rows does with every memberlist. Its
   * namesakes would otherwise hear of us before we hear of them, and a Serf agent that is alone shuts down over that.
   */
  #peek(to: Address, joining: Joining): void {
    const roster = this.#roster;
    if (roster === undefined) return joining.settle(to, "not a member");
    this.#show(NOTHING_TO_SHOW, { address: to, roster, joining, why: "peek" });
  }

  /** Exchanges tables with a member, or with whom we join by. */
  begin(to: Address, joining?: Joining): void {
    const roster = this.#roster;
    if (roster === undefined) return joining?.settle(to, "not a member");
    const join = joining !== undefined;
    const exchange = { address: to, roster, joining, why: join ? "join" : "regular" } as const;
    this.#host.application.localState(join, (userState) => {
      if (this.#roster === roster) this.#show(tableOf(roster, join, userState), exchange);
      else this.#over(exchange, "not a member any more");
    });
  }

  #show(table: PushPull, exchange: Exchange): void {
    const id = ++this.#lastExchange;
    this.#begun.set(id, exchange);
    this.#host.deps.cast.get("transport").tell({
      type: "exchange",
      id,
      to: exchange.address,
      request: this.#host.deps.guard.sealRequest(table),
      guard: this.#host.deps.guard,
      timeoutMs: this.#host.deps.profile.streamTimeoutMs,
      replyTo: this.#host.ctx.self,
    });
  }

  get #roster(): Roster | undefined {
    return this.#host.roster();
  }
}

/** What an answer that we cannot read says about who gave it. With those that hold other keys we are no cluster. */
const OTHER_KEYS: Readonly<Partial<Record<string, string>>> = {
  encrypted: "uses a key; give this peer the same with --key-file",
  unencrypted: "uses no key, and this one does",
  undecryptable: "uses other keys or another label than this one",
} satisfies Partial<Record<DecodeReason, string>>;

/** When a name that somebody holds will be free. */
const WHEN_FREE: Readonly<Record<Member["state"], string>> = {
  alive: "",
  suspect: ", which does not answer just now",
  dead: ", which failed; it is free again in a minute",
  left: "",
};

/** Everything we know, as one direction of an exchange. */
function tableOf(roster: Roster, join: boolean, userState: Uint8Array): PushPull {
  return { type: "push_pull", join, nodes: localState(roster), userState };
}

const NO_STATE = new Uint8Array();

/** The request of somebody who only looks. */
const NOTHING_TO_SHOW: PushPull = { type: "push_pull", join: false, nodes: [], userState: NO_STATE };
