/**
 * One probe, from the first ping to the verdict (SWIM 3.1, Lifeguard's LHA-Probe; `probeNode` in `state.go`):
 *
 *     ping ──ack──▶ answered
 *       │ probeTimeoutMs, or the datagram could not be sent
 *       ▼
 *     ask relays, ping over a stream ──ack──▶ answered, late
 *       │ the interval is over
 *       ▼
 *     stream answered? answered : accuse
 */
import type { Suspect } from "../../transport/wire/message.ts";
import type { Member, NodeName } from "../membership/member.ts";
import { answersStreamPings, saysNack } from "../pool/capability.ts";
import type { Profile } from "../pool/profile.ts";
import { scaledMs } from "./awareness.ts";

/** What a probe is told when it begins. */
type ProbeStart = Readonly<{
  /** Names this probe in pings, answers and timers. */
  sequence: number;
  /** As it was known when the probe began; a change meanwhile makes the accusation stale, not the probe. */
  target: Member;
  self: NodeName;
  /** Monotonic, in ms. */
  now: number;
  /** Our health score: stretches the whole probe, but not the time for a direct answer. */
  health: number;
  /** A usual round trip to a relay, in ms: what a nack needs on top of two time-outs. */
  roundTripMs: number;
  profile: Profile;
}>;

/** A probe under way. Immutable: {@linkcode stepProbe} makes the next one. */
export type Probe =
  & ProbeStart
  & Readonly<{
    phase: "direct" | "indirect" | "over";
    intervalMs: number;
    /** Relays that will say if the target is silent. */
    nacksExpected: number;
    nacksHeard: number;
    hasStreamAnswer: boolean;
    /** What an answer does to our health: nothing, if we could not even send. */
    successDelta: -1 | 0;
  }>;

/** What can happen to a probe. Everything is about its own sequence number; the shell drops the rest. */
export type ProbeEvent =
  /** From the target or a relay; `at` in ms. */
  | Readonly<{ type: "acked"; payload: Uint8Array; at: number }>
  /** A relay's word that it is there, and got no answer. */
  | Readonly<{ type: "nacked" }>
  /** The ping could not be sent: refused on our side (`local`), or by the network. */
  | Readonly<{ type: "send_failed"; cause: "local" | "network" }>
  | Readonly<{ type: "direct_timeout" }>
  /** The relays asked for, fewer if there are no more. */
  | Readonly<{ type: "relays_chosen"; relays: readonly Member[] }>
  | Readonly<{ type: "stream_ping_done"; ok: boolean }>
  /** Our process stood still meanwhile: an answer may have come and not be read yet, so that silence proves nothing. */
  | Readonly<{ type: "paused" }>
  /** The interval is over. */
  | Readonly<{ type: "deadline" }>;

/** What a probe wants done. */
export type ProbeEffect =
  /** Send a ping; with the suspicion, in one packet with it, so that a suspect hears it and may refute ("buddy"). */
  | Readonly<{ type: "ping"; target: Member; suspicion?: Suspect }>
  /** Bring `direct_timeout` or `deadline` after so many ms. */
  | Readonly<{ type: "start_timer"; timer: "direct_timeout" | "deadline"; afterMs: number }>
  /** Pick random alive third members, and bring them as `relays_chosen`. */
  | Readonly<{ type: "choose_relays"; count: number; target: NodeName }>
  /** Send an indirect ping. */
  | Readonly<{ type: "ask"; relay: Member; target: Member; nack: boolean }>
  /** Ping over a stream until the deadline, in ms, and bring `stream_ping_done`. */
  | Readonly<{ type: "stream_ping"; target: Member; deadline: number }>
  /** The target answered directly and in time. */
  | Readonly<{ type: "round_trip"; target: Member; ms: number; payload: Uint8Array }>
  /** Only a stream got through: datagrams to the target are probably blocked. */
  | Readonly<{ type: "datagrams_blocked"; target: Member }>
  | Readonly<{ type: "health"; delta: number }>
  /** Nobody reached the target: tell membership. */
  | Readonly<{ type: "accuse"; claim: Suspect }>
  /** The verdict; timers and the stream may go, and later answers are nothing. */
  | Readonly<{ type: "over"; verdict: Verdict }>;

type Verdict = "answered" | "silent" | "not_sent" | "paused";

type ProbeStep = readonly [Probe, readonly ProbeEffect[]];

/** Begins a probe: the ping, and the two timers of its life. */
export function startProbe(start: ProbeStart): ProbeStep {
  const { target, health, profile } = start;
  const intervalMs = scaledMs(profile.probeIntervalMs, health);
  const probe: Probe = {
    ...start,
    phase: "direct",
    intervalMs,
    nacksExpected: 0,
    nacksHeard: 0,
    hasStreamAnswer: false,
    successDelta: -1,
  };
  return [probe, [
    target.state === "suspect" && profile.buddySystem
      ? { type: "ping", target, suspicion: accusation(probe) }
      : { type: "ping", target },
    { type: "start_timer", timer: "direct_timeout", afterMs: profile.probeTimeoutMs },
    { type: "start_timer", timer: "deadline", afterMs: intervalMs },
  ]];
}

/** The probe after an event, and what to do. One that is over stays so and does nothing. */
export function stepProbe(probe: Probe, event: ProbeEvent): ProbeStep {
  if (probe.phase === "over") return [probe, []];
  switch (event.type) {
    case "acked":
      return answered(probe, event);
    case "nacked":
      return [{ ...probe, nacksHeard: probe.nacksHeard + 1 }, []];
    case "send_failed":
      return sendFailed(probe, event.cause);
    case "direct_timeout":
      return probe.phase === "direct" ? goIndirect(probe) : [probe, []];
    case "relays_chosen":
      return probe.phase === "indirect" ? askRelays(probe, event.relays) : [probe, []];
    case "stream_ping_done":
      return [{ ...probe, hasStreamAnswer: event.ok }, []];
    case "paused":
      return over(probe, "paused", []);
    case "deadline":
      return probe.hasStreamAnswer ? answeredByStream(probe) : silent(probe);
  }
}

function answered(probe: Probe, { payload, at }: { payload: Uint8Array; at: number }): ProbeStep {
  if (probe.phase === "indirect") return over(probe, "answered", health(probe.successDelta));
  const roundTrip: ProbeEffect = { type: "round_trip", target: probe.target, ms: at - probe.now, payload };
  return over(probe, "answered", [...health(probe.successDelta), roundTrip]);
}

/**
 * A refusal on our side says nothing about the target. The network's does (no route, port closed), and waiting for the
 * answer is pointless: 0.2.2 never suspected such a target, from 0.3.0 on relays are asked at once.
 */
function sendFailed(probe: Probe, cause: "local" | "network"): ProbeStep {
  if (probe.phase !== "direct") return [probe, []];
  return cause === "local" ? over(probe, "not_sent", []) : goIndirect({ ...probe, successDelta: 0 });
}

function goIndirect(probe: Probe): ProbeStep {
  const { target, profile, now, intervalMs } = probe;
  const effects: ProbeEffect[] = [{ type: "choose_relays", count: profile.indirectChecks, target: target.name }];
  if (profile.streamPings && answersStreamPings(target)) {
    effects.push({ type: "stream_ping", target, deadline: now + intervalMs });
  }
  return [{ ...probe, phase: "indirect" }, effects];
}

function askRelays(probe: Probe, relays: readonly Member[]): ProbeStep {
  const { target } = probe;
  const asks = relays.map((relay) => ({ type: "ask", relay, target, nack: saysNack(relay) }) as const);
  return [{ ...probe, nacksExpected: asks.filter(({ nack }) => nack).length }, asks];
}

function answeredByStream(probe: Probe): ProbeStep {
  const blocked: ProbeEffect = { type: "datagrams_blocked", target: probe.target };
  return over(probe, "answered", [...health(probe.successDelta), blocked]);
}

function silent(probe: Probe): ProbeStep {
  const accuse: ProbeEffect = { type: "accuse", claim: accusation(probe) };
  return over(probe, "silent", [...health(failureDelta(probe)), accuse]);
}

/**
 * A relay that does not even say nack hints that it is us who cannot be reached (Lifeguard). But a relay of memberlist
 * says it only after its own time-out: with two time-outs as long as the interval, every nack is late, and the
 * original blames itself for the first failure by 2 or 3. Where nacks had no time they are not counted.
 */
function failureDelta({ nacksExpected, nacksHeard, intervalMs, profile, roundTripMs }: Probe): number {
  const hadTime = intervalMs >= 2 * profile.probeTimeoutMs + roundTripMs;
  return nacksExpected > 0 && hadTime ? Math.max(0, nacksExpected - nacksHeard) : 1;
}

function accusation({ target, self }: ProbeStart): Suspect {
  return { type: "suspect", node: target.name, incarnation: target.incarnation, from: self };
}

function health(delta: number): readonly ProbeEffect[] {
  return delta === 0 ? [] : [{ type: "health", delta }];
}

function over(probe: Probe, verdict: Verdict, effects: readonly ProbeEffect[]): ProbeStep {
  return [{ ...probe, phase: "over" }, [...effects, { type: "over", verdict }]];
}
