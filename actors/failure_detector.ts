import { type Address, addressFromBytes, ipBytes, splitAddress } from "../transport/address.ts";
import type { Guard } from "../transport/guard.ts";
import { isProven } from "../transport/wire/protection.ts";
import type { Ack, IndirectPing, Nack, Ping } from "../transport/wire/message.ts";
import { encodeMessage } from "../transport/wire/messages.ts";
import type { BroadcasterMessage } from "./broadcaster.ts";
import { TickGrid } from "./broadcaster/tick_grid.ts";
import { Acquaintances } from "./failure_detector/acquaintances.ts";
import { adjust } from "./failure_detector/awareness.ts";
import { BlockedLinks } from "./failure_detector/blocked_links.ts";
import { LossEstimate } from "./failure_detector/loss_estimate.ts";
import { pausedMs } from "./failure_detector/pause.ts";
import { type Probe, type ProbeEffect, type ProbeEvent, startProbe, stepProbe } from "./failure_detector/probe.ts";
import {
  type Relay,
  type RelayEffect,
  type RelayEvent,
  requesterOf,
  startRelay,
  stepRelay,
} from "./failure_detector/relay.ts";
import type { MembershipEvent, MemberView } from "./membership.ts";
import { type Member, type NodeName, viewOf } from "./membership/member.ts";
import type { PoolCast } from "./pool/cast.ts";
import { takesCrc } from "./pool/capability.ts";
import { type PoolDelegate, tellApplication } from "./pool/delegate.ts";
import type { Profile } from "./pool/profile.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { Topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { LOOP_BLOCKED } from "./runtime/watchdog.ts";
import type { ExchangeDone, PacketUnsent } from "./transport.ts";

/** What the failure detector understands. */
export type FailureDetectorMessage =
  /** From membership: we are a member, at this address; or no longer. */
  | Readonly<{
    type: "start";
    self: Readonly<{ name: NodeName; address: Address }>;
    /** Who is there already, for a detector that starts anew. */
    members: readonly MemberView[];
  }>
  | Readonly<{ type: "stop" }>
  /** From membership: whom to probe next (nobody, if there is none), and who may relay. */
  | Readonly<{ type: "probe"; target: Member | undefined }>
  | Readonly<{ type: "relays"; sequence: number; relays: readonly Member[] }>
  /** Who comes and goes. */
  | Readonly<{ type: "member"; event: MembershipEvent }>
  /** From membership: we had to refute something. */
  | Readonly<{ type: "adjust_health"; delta: number }>
  /** From the watchdog: an actor of ours kept the event loop, so that what we did not hear may have been said. */
  | Readonly<{ type: "loop_blocked" }>
  /** From the network. */
  | Readonly<{ type: "heard"; message: Ping | IndirectPing | Ack | Nack; from: Address }>
  | Readonly<{ type: "pinged_on_stream"; session: number; message: Ping }>
  | ExchangeDone
  | PacketUnsent
  /** From the application: what goes with each answer to a ping, until it is set anew; see ACK_PAYLOAD_BYTES_MAX. */
  | Readonly<{ type: "set_ack_payload"; payload: Uint8Array }>
  /** From the application: one ping, without relays and without consequences. */
  | Readonly<{ type: "ping"; name: string; address: Address; replyTo: ActorRef<PingReply> }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  /** Timers; each names what it is about, and when it was due. */
  | Readonly<{ type: "tick"; dueAt: number }>
  | Readonly<{ type: "probe_timer"; sequence: number; timer: "direct_timeout" | "deadline"; dueAt: number }>
  | Readonly<{ type: "relay_timer"; sequence: number; timer: "nack_due" | "over" }>
  | Readonly<{ type: "ping_silent"; sequence: number }>;

/** What became of a ping: answered within the probe time-out, or not; or not sent, and why. */
export type PingReply =
  | Readonly<{ type: "answered"; roundTripMs: number }>
  | Readonly<{ type: "silent" }>
  | Readonly<{ type: "refused"; why: string }>;

/** What of the failure detector outlives a crash. */
export type FailureDetectorMemory = { ackPayload: Uint8Array };

type FailureDetectorDeps = Readonly<{
  name: NodeName;
  profile: Profile;
  guard: Guard;
  cast: PoolCast;
  topic: Topic<MembershipEvent>;
  memory: FailureDetectorMemory;
  delegate?: PoolDelegate | undefined;
}>;

type SendMessage = Extract<BroadcasterMessage, { type: "send" }>;

/** What an application may add to an ack. Serf's coordinates take about 150; the rest of the packet is for gossip. */
const ACK_PAYLOAD_BYTES_MAX = 512;

/** Pings for the application under way at once. */
const PINGS_MAX = 64;

/** Indirect pings under way at once: each costs a ping and two timers. */
const RELAYS_MAX = 256;
/** Of those, for who is no member as far as we know: it may be a newcomer, and it may be nobody. */
const RELAYS_FOR_STRANGERS_MAX = 16;

/** A round trip is believed to take this long until one was measured. */
const ROUND_TRIP_GUESS_MS = 10;

/** Decides whether a member answered or kept silent. Never what becomes of it. */
export function failureDetector(deps: FailureDetectorDeps): Behavior<FailureDetectorMessage> {
  return (ctx) => {
    const detector = new Detector(ctx, deps);
    deps.cast.get("membership").tell({ type: "brief", who: "failure_detector" });
    ctx.subscribe(deps.topic, (event) => ({ type: "member", event }));
    ctx.subscribe(LOOP_BLOCKED, () => ({ type: "loop_blocked" }));
    return (message) => {
      switch (message.type) {
        case "start":
          return detector.start(message.self.address, message.members);
        case "stop":
          return detector.stop();
        case "probe":
          return detector.probe(message.target);
        case "relays":
          return detector.probeEvent(message.sequence, { type: "relays_chosen", relays: message.relays });
        case "member":
          return detector.member(message.event);
        case "adjust_health":
          return detector.adjustHealth(message.delta);
        case "loop_blocked":
          return detector.loopBlocked();
        case "heard":
          return detector.heard(message.message, message.from);
        case "pinged_on_stream":
          return detector.pingedOnStream(message.session, message.message);
        case "exchange_done":
          return detector.streamPingDone(message);
        case "packet_unsent":
          return detector.probeEvent(message.id, { type: "send_failed", cause: message.cause });
        case "status":
          return message.replyTo.tell(detector.status());
        case "set_ack_payload":
          return detector.setAckPayload(message.payload);
        case "ping":
          return detector.ping(message.name, message.address, message.replyTo);
        case "ping_silent":
          return detector.pingOver(message.sequence, { type: "silent" });
        case "tick":
          return detector.tick(message.dueAt);
        case "probe_timer":
          return detector.probeTimer(message);
        case "relay_timer":
          return detector.relayEvent(message.sequence, { type: message.timer });
      }
    };
  };
}

class Detector {
  readonly #ctx: Context<FailureDetectorMessage>;
  readonly #deps: FailureDetectorDeps;
  readonly #relays = new Map<number, Relay>();
  /** Pings for the application, by their sequence number. */
  readonly #pings = new Map<number, Readonly<{ sentAt: number; replyTo: ActorRef<PingReply> }>>();
  readonly #counters = {
    "ack payloads refused": 0,
    "application full": 0,
    "pings for somebody else": 0,
    "relays refused": 0,
    "late answers": 0,
    "answers late or through others": 0,
    "nacks": 0,
    "datagrams blocked": 0,
    "loop blocked": 0,
    "pauses of this process": 0,
  };
  readonly #blocked = new BlockedLinks();
  readonly #loss = new LossEstimate();
  #acquaintances = new Acquaintances();
  #address: Address | undefined;
  /** The same as it goes into pings. */
  #source: Pick<Ping, "sourceAddr" | "sourcePort"> = { sourceAddr: NO_BYTES, sourcePort: 0 };
  #probe: Probe | undefined;
  #health = 0;
  #sequence: number;
  #roundTripMs = ROUND_TRIP_GUESS_MS;
  /** When to probe; made at the start. */
  #ticks: TickGrid | undefined;
  /** When this process was last found to have stood still. */
  #wokeAt = -Infinity;

  constructor(ctx: Context<FailureDetectorMessage>, deps: FailureDetectorDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#sequence = ctx.random.below(2 ** 32); // not from 1 as in the original: harder to guess for who forges acks
  }

  start(address: Address, members: readonly MemberView[]): void {
    this.#address = address;
    this.#source = { sourceAddr: ipBytes(address), sourcePort: splitAddress(address).port };
    this.#acquaintances = new Acquaintances();
    for (const member of members) this.#acquaintances.meet(member);
    // At a random phase, so that peers started together do not probe in step. In memberlist they do, by mistake: its
    // tickers already run while the random wait passes (`schedule` in `state.go`).
    const { probeIntervalMs } = this.#deps.profile;
    this.#ticks = new TickGrid(this.#ctx.clock.now() + this.#ctx.random.next() * probeIntervalMs, probeIntervalMs);
    this.#schedule();
  }

  stop(): void {
    this.#ctx.timers.cancel("tick");
    this.#cancelProbeTimers();
    for (const sequence of [...this.#relays.keys()]) this.#endRelay(sequence);
    for (const sequence of [...this.#pings.keys()]) this.pingOver(sequence, NOT_A_MEMBER);
    this.#address = undefined;
    this.#probe = undefined;
    this.#health = 0;
  }

  member(event: MembershipEvent): void {
    this.#acquaintances.hear(event);
  }

  tick(dueAt: number): void {
    this.#noticePause(dueAt);
    this.#deps.cast.get("membership").tell({ type: "pick_probe" });
  }

  probe(target: Member | undefined): void {
    if (this.#address === undefined) return;
    if (target === undefined) return this.#schedule();
    const [probe, effects] = startProbe({
      sequence: this.#nextSequence(),
      target,
      self: this.#deps.name,
      now: this.#ctx.clock.now(),
      health: this.#health,
      roundTripMs: this.#roundTripMs,
      profile: this.#deps.profile,
    });
    this.#probe = probe;
    this.#performProbe(probe, effects);
  }

  probeTimer({ sequence, timer, dueAt }: Extract<FailureDetectorMessage, { type: "probe_timer" }>): void {
    const isPaused = this.#noticePause(dueAt);
    this.probeEvent(sequence, { type: isPaused ? "paused" : timer });
  }

  probeEvent(sequence: number, event: ProbeEvent): void {
    const probe = this.#probe;
    if (probe?.sequence !== sequence) return;
    const [next, effects] = stepProbe(probe, event);
    this.#probe = next;
    this.#performProbe(next, effects);
  }

  relayEvent(sequence: number, event: RelayEvent): void {
    const relay = this.#relays.get(sequence);
    if (relay === undefined) return;
    const [next, effects] = stepRelay(relay, event);
    this.#relays.set(sequence, next);
    this.#performRelay(sequence, effects);
  }

  adjustHealth(delta: number): void {
    this.#health = adjust(this.#health, delta, this.#deps.profile.awarenessMaxMultiplier);
  }

  /** Lifeguard's score counts what shows that we are slow; this shows it before a probe is missed. */
  loopBlocked(): void {
    this.#counters["loop blocked"]++;
    this.adjustHealth(1);
  }

  heard(message: Ping | IndirectPing | Ack | Nack, from: Address): void {
    switch (message.type) {
      case "ping":
        return this.#pinged(message, from);
      case "indirect_ping":
        return this.#asked(message, from);
      case "ack":
        return this.#acked(message);
      case "nack":
        this.#counters.nacks++;
        return this.probeEvent(message.sequence, { type: "nacked" });
    }
  }

  /** One that is too long would be left out of an ack: rather the former one stays. */
  setAckPayload(payload: Uint8Array): void {
    if (payload.length <= ACK_PAYLOAD_BYTES_MAX) {
      this.#deps.memory.ackPayload = payload;
      return;
    }
    this.#counters["ack payloads refused"]++;
    this.#ctx.log.warn("ack_payload_refused", { bytes: payload.length, bytesMax: ACK_PAYLOAD_BYTES_MAX });
  }

  /** As memberlist's Ping: with gossip, and for as long as a probe waits for a direct answer. */
  ping(name: string, address: Address, replyTo: ActorRef<PingReply>): void {
    if (this.#address === undefined) return replyTo.tell(NOT_A_MEMBER);
    if (this.#pings.size >= PINGS_MAX) return replyTo.tell({ type: "refused", why: "Too many pings at once" });
    const sequence = this.#nextSequence();
    this.#pings.set(sequence, { sentAt: this.#ctx.clock.now(), replyTo });
    this.#ctx.timers.after(`ping ${sequence}`, this.#deps.profile.probeTimeoutMs, { type: "ping_silent", sequence });
    this.#send(address, encodeMessage(this.#ping(sequence, name)));
  }

  pingOver(sequence: number, reply: PingReply): void {
    this.#pings.get(sequence)?.replyTo.tell(reply);
    this.#pings.delete(sequence);
    this.#ctx.timers.cancel(`ping ${sequence}`);
  }

  pingedOnStream(session: number, ping: Ping): void {
    const transport = this.#deps.cast.get("transport");
    if (!this.#isForUs(ping)) return transport.tell({ type: "answer", session });
    const ack: Ack = { type: "ack", sequence: ping.sequence, payload: null };
    transport.tell({ type: "answer", session, bytes: this.#deps.guard.sealReply(ack) });
  }

  streamPingDone({ id, outcome }: ExchangeDone): void {
    const ok = outcome.ok && outcome.message.type === "ack" && outcome.message.sequence === id;
    this.probeEvent(id, { type: "stream_ping_done", ok });
  }

  status(): Readonly<Record<string, number>> {
    return {
      ...this.#counters,
      "blocked links": this.#blocked.count,
      "loss estimate in %": this.#loss.percent,
      "health score": this.#health,
    };
  }

  #pinged(ping: Ping, from: Address): void {
    if (!this.#isForUs(ping)) return;
    const named = ping.sourcePort === 0 ? undefined : addressFromBytes(ping.sourceAddr, ping.sourcePort);
    const to = named ?? from;
    const { ackPayload } = this.#deps.memory;
    const payload = ackPayload.length === 0 || !this.#acquaintances.has(to) ? null : ackPayload;
    const ack: Ack = { type: "ack", sequence: ping.sequence, payload };
    this.#reply(to, encodeMessage(ack));
  }

  /** What somebody else wanted said, with as much gossip as fits, or with none to a stranger. */
  #reply(to: Address, message: Uint8Array): void {
    this.#send(to, message, this.#acquaintances.has(to) ? {} : { with: [] });
  }

  /** An empty name greets a host whose name is not known. */
  #isForUs(ping: Ping): boolean {
    const isOurs = this.#address !== undefined && (ping.node === "" || ping.node === this.#deps.name);
    if (!isOurs) this.#counters["pings for somebody else"]++;
    return isOurs;
  }

  #asked(request: IndirectPing, source: Address): void {
    const address = this.#address;
    if (address === undefined) return;
    const bindPort = splitAddress(address).port;
    const sequence = this.#nextSequence();
    const started = startRelay({ request, source, sequence, bindPort, profile: this.#deps.profile });
    if (started === undefined || !this.#mayRelay(started[0])) return this.#refuseRelay(request, source);
    this.#relays.set(sequence, started[0]);
    this.#performRelay(sequence, started[1]);
  }

  /** That we are here but know nothing of the target: to the requester it is as if that had kept silent. */
  #refuseRelay(request: IndirectPing, source: Address): void {
    this.#counters["relays refused"]++;
    if (!request.nack) return;
    this.#reply(requesterOf(request, source), encodeMessage({ type: "nack", sequence: request.sequence }));
  }

  /**
   * memberlist pings anything for anybody. Where nobody had to prove a key, we ping only members for others, or we would
   * serve to reach what the asker cannot.
   */
  #mayRelay({ requester, target }: Relay): boolean {
    if (this.#relays.size >= RELAYS_MAX) return false;
    const isStranger = (address: Address): boolean => !this.#acquaintances.has(address);
    if (isStranger(target) && !isProven(this.#deps.guard.protection)) return false;
    if (!isStranger(requester)) return true;
    return [...this.#relays.values()].filter((relay) => isStranger(relay.requester)).length < RELAYS_FOR_STRANGERS_MAX;
  }

  #acked({ sequence, payload }: Ack): void {
    if (this.#relays.has(sequence)) return this.relayEvent(sequence, { type: "acked" });
    const ping = this.#pings.get(sequence);
    if (ping !== undefined) {
      return this.pingOver(sequence, { type: "answered", roundTripMs: this.#ctx.clock.now() - ping.sentAt });
    }
    if (this.#probe?.sequence !== sequence || this.#probe.phase === "over") {
      this.#counters["late answers"]++;
      return;
    }
    this.probeEvent(sequence, { type: "acked", payload: payload ?? NO_BYTES, at: this.#ctx.clock.now() });
  }

  #performProbe(probe: Probe, effects: readonly ProbeEffect[]): void {
    for (const effect of effects) this.#performProbeEffect(probe, effect);
    const isAnswered = effects.some((effect) => effect.type === "over" && effect.verdict === "answered");
    if (isAnswered) this.#answered(probe, effects);
  }

  #answered({ target: { name, address } }: Probe, effects: readonly ProbeEffect[]): void {
    this.#deps.cast.get("membership").tell({ type: "answered", node: name, address });
    const has = (type: ProbeEffect["type"]): boolean => effects.some((effect) => effect.type === type);
    const by = has("round_trip") ? "datagram" : has("datagrams_blocked") ? "stream" : "others";
    this.#loss.note(by !== "datagram");
    if (by === "others") this.#counters["answers late or through others"]++;
    const sentence = this.#blocked.note(this.#address!, address, by);
    if (sentence !== undefined) this.#ctx.log.warn("link_blocked", { member: name, why: sentence });
  }

  #performProbeEffect({ sequence }: Probe, effect: ProbeEffect): void {
    switch (effect.type) {
      case "ping": {
        const { target, suspicion } = effect;
        const ping = encodeMessage(this.#ping(sequence, target.name));
        const unsent = { replyTo: this.#ctx.self, id: sequence };
        if (suspicion === undefined) return this.#send(target.address, ping, { unsent });
        const crc = takesCrc(target);
        return this.#send(target.address, ping, { unsent, crc, with: [encodeMessage(suspicion)] });
      }
      case "start_timer": {
        const { timer, afterMs } = effect;
        const dueAt = this.#ctx.clock.now() + afterMs;
        return this.#ctx.timers.after(timer, afterMs, { type: "probe_timer", sequence, timer, dueAt });
      }
      case "choose_relays":
        return this.#deps.cast.get("membership").tell({ type: "pick_relays", sequence, target: effect.target });
      case "ask":
        return this.#ask(sequence, effect.relay, effect.target, effect.nack);
      case "stream_ping":
        return this.#pingOnStream(sequence, effect.target, effect.deadline);
      case "round_trip":
        this.#roundTripMs = effect.ms;
        return this.#tellRoundTrip(effect);
      case "datagrams_blocked":
        this.#counters["datagrams blocked"]++;
        return;
      case "health":
        return this.adjustHealth(effect.delta);
      case "accuse":
        return this.#deps.cast.get("membership").tell({ type: "heard", claims: [effect.claim] });
      case "over":
        this.#cancelProbeTimers();
        return this.#schedule();
    }
  }

  #tellRoundTrip({ target, ms, payload }: Extract<ProbeEffect, { type: "round_trip" }>): void {
    const { delegate } = this.#deps;
    if (!delegate?.wants.pings) return;
    const told = tellApplication(delegate, {
      type: "ping_completed",
      member: viewOf(target),
      roundTripMs: ms,
      payload,
    });
    if (!told) this.#counters["application full"]++;
  }

  #performRelay(sequence: number, effects: readonly RelayEffect[]): void {
    for (const effect of effects) this.#performRelayEffect(sequence, effect);
  }

  #performRelayEffect(sequence: number, effect: RelayEffect): void {
    switch (effect.type) {
      case "ping":
        return this.#reply(effect.to, encodeMessage(this.#ping(sequence, effect.node)));
      case "start_timer":
        return this.#ctx.timers.after(`${effect.timer} ${sequence}`, effect.afterMs, {
          type: "relay_timer",
          sequence,
          timer: effect.timer,
        });
      case "ack":
        return this.#reply(effect.to, encodeMessage({ type: "ack", sequence: effect.sequence, payload: null }));
      case "nack":
        return this.#reply(effect.to, encodeMessage({ type: "nack", sequence: effect.sequence }));
      case "done":
        return this.#endRelay(sequence);
    }
  }

  #ask(sequence: number, relay: Member, target: Member, nack: boolean): void {
    const { node, ...source } = this.#ping(sequence, target.name);
    const request = { ...source, type: "indirect_ping", node, target: target.addr, port: target.port, nack } as const;
    this.#send(relay.address, encodeMessage(request));
  }

  #pingOnStream(sequence: number, target: Member, deadline: number): void {
    this.#deps.cast.get("transport").tell({
      type: "exchange",
      id: sequence,
      to: target.address,
      request: this.#deps.guard.sealRequest(this.#ping(sequence, target.name)),
      guard: this.#deps.guard,
      timeoutMs: Math.max(1, deadline - this.#ctx.clock.now()),
      replyTo: this.#ctx.self,
    });
  }

  #ping(sequence: number, node: string): Ping {
    const { sourceAddr, sourcePort } = this.#source;
    return { type: "ping", sequence, node, sourceAddr, sourcePort, sourceNode: this.#deps.name };
  }

  #send(to: Address, message: Uint8Array, more: Omit<SendMessage, "type" | "to" | "message"> = {}): void {
    this.#deps.cast.get("broadcaster").tell({ type: "send", to, message, ...more });
  }

  /** The next tick. One that came due during a probe was kept, and comes at once. */
  #schedule(): void {
    const now = this.#ctx.clock.now();
    const afterMs = this.#ticks!.takeNextOrKept(now);
    this.#ctx.timers.after("tick", afterMs, { type: "tick", dueAt: now + afterMs });
  }

  /** Whether our process stood still since `dueAt`. Then our health is worse than we knew, and suspects get more time. */
  #noticePause(dueAt: number): boolean {
    const now = this.#ctx.clock.now();
    const { probeIntervalMs } = this.#deps.profile;
    const ms = pausedMs(dueAt, now, probeIntervalMs);
    if (ms === 0) return false;
    if (now - this.#wokeAt < probeIntervalMs) return true; // another timer of the same pause
    this.#wokeAt = now;
    this.#counters["pauses of this process"]++;
    this.adjustHealth(1);
    this.#ctx.log.warn("process_paused", { ms: Math.round(ms) });
    this.#deps.cast.get("membership").tell({ type: "paused", ms });
    return true;
  }

  /** There is one probe at a time. */
  #cancelProbeTimers(): void {
    this.#ctx.timers.cancel("direct_timeout");
    this.#ctx.timers.cancel("deadline");
  }

  #endRelay(sequence: number): void {
    this.#relays.delete(sequence);
    this.#ctx.timers.cancel(`nack_due ${sequence}`);
    this.#ctx.timers.cancel(`over ${sequence}`);
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }
}

const NO_BYTES = new Uint8Array();

const NOT_A_MEMBER: PingReply = { type: "refused", why: "We are no member" };
