/** Every recorded scenario of the real memberlist's table, replayed against our rules. */
import { assert, assertEquals } from "@std/assert";
import type { MembershipEffect } from "../../../actors/membership/effect.ts";
import type { NodeName } from "../../../actors/membership/member.ts";
import { applyAlive, applyDead, applySuspect, suspicionExpired } from "../../../actors/membership/merge.ts";
import { leave, startSelf, updateSelf } from "../../../actors/membership/own_entry.ts";
import { checkVersions, mergeRemote } from "../../../actors/membership/push_pull.ts";
import { type Moment, Roster } from "../../../actors/membership/roster.ts";
import { totalMs } from "../../../actors/membership/suspicion.ts";
import { adjust } from "../../../actors/failure_detector/awareness.ts";
import { lan, noMends, type Profile } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { Alive, Dead, NodeState, Suspect } from "../../../transport/wire/message.ts";
import { type Config, type Observed, type Scenario, scenarios, type StateOp } from "./scenario.ts";
import { toMessage, toNodeState } from "./scenario.ts";

type StateStep = StateOp & Observed;

for (const scenario of scenarios<StateStep>("state")) {
  Deno.test(`replay ${scenario.name}: ${scenario.note}`, () => replay(scenario));
}

Deno.test("replay covers every scenario of the table", () => {
  assertEquals(scenarios("state").length, 39);
});

function replay({ name, config, steps }: Scenario<StateStep>): void {
  const node = new Node(config);
  steps.forEach((step, i) => {
    const effects = node.perform(step);
    const where = `step ${i} (${step.op})`;
    assertEquals(node.table(), tableOf(name, step, i), `table after ${where}`);
    assertEquals(eventsOf(effects), membershipEvents(step), `events of ${where}`);
    assertEquals(broadcastsOf(effects), recordedBroadcasts(step), `broadcasts of ${where}`);
    assertEquals(node.suspicions(), step.suspicions, `suspicions after ${where}`);
    assertEquals(node.health, step.health, `health after ${where}`);
  });
}

/** One node as the recordings have it: rules, vetoes and a clock of its own. */
class Node {
  health = 0;
  readonly #config: Config;
  readonly #profile: Profile;
  readonly #random = seededRandom("replay");
  readonly #roster = new Roster({ self: "self" as NodeName, bindPort: 7946 });

  constructor(config: Config) {
    this.#config = config;
    this.#profile = profileOf(config);
  }

  perform(step: StateStep): MembershipEffect[] {
    const effects = this.#perform(step);
    for (const effect of effects) {
      if (effect.type === "health") this.health = adjust(this.health, effect.delta, 8);
    }
    return effects;
  }

  table(): unknown {
    return this.#roster.ring.map(({ name, addr, port, meta, incarnation, state, versions }) => ({
      addr: addr.toHex(),
      incarnation,
      meta: meta.toHex(),
      name,
      port,
      state,
      vsn: [...versions],
    })).sort((a, b) => a.name < b.name ? -1 : 1);
  }

  suspicions(): unknown {
    return Object.fromEntries(
      [...this.#roster.suspicions].map(([name, suspicion]) => {
        const { k, confirmations, minMs: min_ms, maxMs: max_ms } = suspicion;
        return [name, { confirmations, k, max_ms, min_ms, total_ms: totalMs(suspicion) }];
      }),
    );
  }

  #perform(step: StateStep): MembershipEffect[] {
    const roster = this.#roster;
    const moment: Moment = { now: 1_000_000, random: this.#random, profile: this.#profile };
    switch (step.op) {
      case "start": {
        const entry = { addr: Uint8Array.of(127, 0, 0, 1), port: 7946, meta: new TextEncoder().encode("me") };
        return startSelf(roster, entry, moment);
      }
      case "receive":
        return this.#receive(toMessage(step.message.type, step.message.fields), moment);
      case "push_pull":
        return this.#merge(step.remote_nodes.map(toNodeState), step, moment);
      case "suspicion_expires":
        return suspicionExpired(roster, step.node, roster.suspicions.get(step.node)!.token, moment);
      case "time_passes_since_state_change": {
        const member = roster.get(step.node)!;
        roster.replace({ ...member, changedAt: member.changedAt - step.seconds * 1000 });
        return [];
      }
      case "probe_ring_wraps":
        roster.reap(moment);
        return [];
      case "local_update":
        return updateSelf(roster, Uint8Array.fromHex(step.meta), moment);
      case "local_leave":
        return leave(roster, moment);
    }
  }

  #receive(message: Alive | Suspect | Dead, moment: Moment): MembershipEffect[] {
    if (message.type === "suspect") return applySuspect(this.#roster, message, moment);
    if (message.type === "dead") return applyDead(this.#roster, message, moment);
    if (message.node === this.#config.alive_delegate_refuses) return [];
    return applyAlive(this.#roster, message, "network", moment);
  }

  #merge(rows: readonly NodeState[], step: { accepted: boolean; join: boolean }, moment: Moment): MembershipEffect[] {
    const vetoed = step.join && rows.some((row) => row.name === this.#config.merge_delegate_refuses);
    const accepted = checkVersions(this.#roster.ring, rows).ok && !vetoed;
    assertEquals(accepted, step.accepted, "whether the exchange is accepted");
    return accepted ? mergeRemote(this.#roster, rows, moment) : [];
  }
}

function profileOf(config: Config): Profile {
  return {
    ...lan,
    mends: noMends,
    suspicionMult: config.suspicion_mult ?? lan.suspicionMult,
    suspicionMaxTimeoutMult: config.suspicion_max_timeout_mult ?? lan.suspicionMaxTimeoutMult,
    probeIntervalMs: config.probe_interval_ms ?? lan.probeIntervalMs,
    deadNodeReclaimMs: (config.dead_node_reclaim_time_s ?? 0) * 1000,
    gossipToTheDeadMs: (config.gossip_to_the_dead_time_s ?? 30) * 1000,
    delegateVersions: config.delegate_versions ?? [0, 0, 0],
  };
}

/** memberlist has no event for a suspicion or its end, so ours are left out. */
function eventsOf(effects: readonly MembershipEffect[]): unknown[] {
  return effects.flatMap((effect): unknown[] => {
    if (effect.type === "conflict") {
      const { known, offered } = effect;
      const other = `${offered.addr.length === 16 ? mappedText(offered.addr) : offered.addr.join(".")}:${offered.port}`;
      return [{ event: "conflict", existing: known.address, name: known.name, other }];
    }
    if (effect.type !== "announce" || effect.event === "suspect" || effect.event === "unsuspect") return [];
    return [{ event: effect.event, name: effect.member.name }];
  });
}

/** Go prints a mapped address like a plain one. */
function mappedText(addr: Uint8Array): string {
  return addr.subarray(12).join(".");
}

/** The delegate's events belong to the caller of the rules. */
function membershipEvents(step: StateStep): unknown[] {
  return step.events.filter(({ event }) => event !== "notify_merge" && event !== "merge_remote_state");
}

function broadcastsOf(effects: readonly MembershipEffect[]): string[] {
  return effects.flatMap((effect) => effect.type === "broadcast" ? [printed(effect.key, effect.message)] : []).sort();
}

function recordedBroadcasts(step: StateStep): string[] {
  const types: Record<string, number> = { suspect: 3, alive: 4, dead: 5 };
  return step.broadcasts.map(({ key, type_name, fields }) => {
    const type = types[type_name];
    assert(type !== undefined, `unknown type ${type_name}`);
    return printed(key, toMessage(type, fields));
  }).sort();
}

function printed(key: string, message: Alive | Suspect | Dead): string {
  const { type, node, incarnation } = message;
  if (message.type !== "alive") return JSON.stringify({ key, type, node, incarnation, from: message.from });
  const [addr, meta, vsn] = [message.addr.toHex(), (message.meta ?? new Uint8Array()).toHex(), message.vsn.toHex()];
  return JSON.stringify({ key, type, node, incarnation, addr, port: message.port, meta, vsn });
}

/**
 * `reap-on-wrap` was recorded with 0.2.2, which keeps those who left for ever. From 0.3.1 on, and here, they go like
 * the dead, which the recording marks as `differs_in_newest`: its second wrap, step 8, takes c as well as b.
 */
function tableOf(name: string, step: StateStep, index: number): unknown {
  return name === "reap-on-wrap" && index >= 8 ? step.nodes.filter((node) => node.name !== "c") : step.nodes;
}
