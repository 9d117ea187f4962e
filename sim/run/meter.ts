import type { ChatEvent } from "../../actors/chat_room.ts";
import type { MembershipEvent } from "../../actors/membership.ts";
import type { Episode } from "../faults/fault.ts";
import { faultNamed } from "../faults/table.ts";
import type { Sometimes } from "../sometimes.ts";
import type { Traffic } from "../world.ts";
import type { Cluster, Ending, Witness } from "./cluster.ts";
import { Distribution, type Summary } from "./distribution.ts";
import type { Plan } from "./plan.ts";
import { differenceOfRooms } from "./rooms.ts";
import type { Views } from "./views.ts";

/** What each peer sends in a second, on the average: datagrams, and streams it opens; bytes without headers. */
export type Rates = Readonly<{
  packetsPerSecond: number;
  packetBytesPerSecond: number;
  streamsPerSecond: number;
  streamBytesPerSecond: number;
}>;

/** What a run came to. Times in virtual ms. */
export type Figures = Readonly<{
  /** After the last of them had started, until all listed all, unless a fault came first. */
  convergedAfterMs: number | undefined;
  /** From the end of a process until one, and until each of the others declared it dead. */
  firstDetectionMs: Summary;
  detectionMs: Summary;
  /** Processes that ended without a word and were not back when the first noticed. */
  deaths: number;
  falsePositives: Readonly<{
    /** Suspicions, and declarations of death, of somebody whose process was there: one for each who believed it. */
    suspicions: number;
    failures: number;
    /** Of the failures those of whom no fault struck, at whom none struck. */
    failuresAmongHealthy: number;
  }>;
  /** From everybody's arrival to the end. */
  traffic: Rates;
  rooms: Readonly<{
    /** Messages that were said, and times that they should have been and were shown to others in the room. */
    said: number;
    expected: number;
    shown: number;
    /** From being said to being shown to one other; and to the last of them, of messages that all were shown. */
    delayMs: Summary;
    convergedAfterMs: Summary;
  }>;
  /** After the last fault, until everybody was right about everybody; undefined if that did not come. */
  rightAfterMs: number | undefined;
  /** After the last fault, until all who are in a room held the same of it, for good; to the second. */
  roomsAlikeAfterMs: number | undefined;
}>;

/** One moment of a run, for its plots: beliefs that are wrong, who runs, and what was sent in all until then. */
export type Sample = Readonly<{ atMs: number; running: number; wrong: number; traffic: Traffic }>;

type Message = { readonly saidAt: number; readonly awaited: Set<string> };

/** Counts while a run goes on, as a witness. */
export class Meter implements Witness {
  readonly detection: Distribution = new Distribution();
  readonly samples: Sample[] = [];
  readonly #firstDetection = new Distribution();
  readonly #delay = new Distribution();
  readonly #roomConvergence = new Distribution();
  readonly #plan: Plan;
  readonly #views: Views;
  readonly #cluster: () => Cluster;
  readonly #sometimes: Sometimes;
  readonly #deadSince = new Map<string, { at: number; isDetected: boolean }>();
  readonly #lived = new Set<string>();
  readonly #inRoom = new Map<string, string>();
  /** Messages that somebody still waits for. */
  readonly #messages = new Map<string, Message>();
  /** Whom a fault strikes just now: by how many of them. */
  readonly #struck = new Map<string, number>();
  #faultsBegan = false;
  #convergedAt: number | undefined;
  #rightAt: number | undefined;
  #roomsAlikeAt: number | undefined;
  #deaths = 0;
  #suspicions = 0;
  #failures = 0;
  #failuresAmongHealthy = 0;
  #said = 0;
  #expected = 0;
  #shown = 0;
  /** Seconds that peers ran since everybody's arrival, and what had been sent by then. */
  #peerSeconds = 0;
  #trafficAtArrival: Traffic | undefined;
  #sampledAt = 0;

  constructor(plan: Plan, views: Views, sometimes: Sometimes, cluster: () => Cluster) {
    this.#plan = plan;
    this.#views = views;
    this.#sometimes = sometimes;
    this.#cluster = cluster;
  }

  started(name: string): void {
    if (this.#lived.has(name)) this.#sometimes.saw("return");
    this.#lived.add(name);
    this.#deadSince.delete(name);
  }

  ended(name: string, how: Ending): void {
    if (how === "left") this.#sometimes.saw("departure");
    if (how === "killed") this.#deadSince.set(name, { at: this.#now, isDetected: false });
    this.#inRoom.delete(name);
    for (const [text, message] of this.#messages) this.#noLonger(name, text, message);
  }

  member(observer: string, event: MembershipEvent): void {
    const { type, member: { name } } = event;
    const isThere = this.#views.isRunning(name);
    if (type === "suspected" && isThere) this.#falselySuspected();
    if (type === "refuted") this.#sometimes.saw("refutation");
    if (type === "conflict") this.#sometimes.saw("conflict");
    if (type === "failed") isThere ? this.#falselyFailed(observer, name) : this.#detected(name);
  }

  /** Called when somebody's view may have become right. */
  viewsChanged(): void {
    if (this.#views.wrong > 0) return;
    const now = this.#now;
    if (!this.#faultsBegan && this.#views.running === this.#plan.names.length) this.#convergedAt ??= now;
  }

  /** After the last fault, once everybody is right about who is there. */
  right(): void {
    this.#rightAt ??= this.#now;
  }

  /** Called after the last fault, again and again: what is held alike now may not stay so. */
  lookIntoRooms(): void {
    const isAlike = differenceOfRooms(this.#cluster().processes, this.#inRoom) === undefined;
    this.#roomsAlikeAt = isAlike ? this.#roomsAlikeAt ?? this.#now : undefined;
  }

  entered(name: string, room: string): void {
    this.#inRoom.set(name, room);
  }

  chat(observer: string, event: ChatEvent): void {
    if (event.type !== "said") return;
    if (event.own) return this.#saying(event);
    const message = this.#messages.get(event.text);
    if (message === undefined || !message.awaited.delete(observer)) return;
    this.#shown++;
    this.#delay.add(this.#now - message.saidAt);
    if (message.awaited.size > 0) return;
    this.#roomConvergence.add(this.#now - message.saidAt);
    this.#sometimes.saw("message");
    this.#messages.delete(event.text);
  }

  episode({ fault, peers }: Episode, phase: "begins" | "ends"): void {
    this.#faultsBegan = true;
    this.#sometimes.saw("episode", phase === "begins" ? 1 : 0);
    const struck = faultNamed(fault).strikes === "all" ? this.#plan.names : peers;
    for (const name of struck) this.#struck.set(name, (this.#struck.get(name) ?? 0) + (phase === "begins" ? 1 : -1));
  }

  /** Takes a sample for the plots. */
  sample(): void {
    const { traffic } = this.#cluster();
    const now = this.#now;
    if (now >= this.#plan.arrivedAtMs) {
      if (this.#trafficAtArrival === undefined) this.#trafficAtArrival = traffic;
      else this.#peerSeconds += this.#views.running * (now - this.#sampledAt) / 1_000;
    }
    this.#sampledAt = now;
    this.samples.push({ atMs: now, running: this.#views.running, wrong: this.#views.wrong, traffic });
  }

  figures(): Figures {
    const { arrivedAtMs, endsAtMs } = this.#plan;
    return {
      convergedAfterMs: after(this.#convergedAt, arrivedAtMs),
      firstDetectionMs: this.#firstDetection.summary(),
      detectionMs: this.detection.summary(),
      deaths: this.#deaths,
      falsePositives: {
        suspicions: this.#suspicions,
        failures: this.#failures,
        failuresAmongHealthy: this.#failuresAmongHealthy,
      },
      traffic: this.#rates(),
      rooms: {
        said: this.#said,
        expected: this.#expected,
        shown: this.#shown,
        delayMs: this.#delay.summary(),
        convergedAfterMs: this.#roomConvergence.summary(),
      },
      rightAfterMs: after(this.#rightAt, endsAtMs),
      roomsAlikeAfterMs: after(this.#roomsAlikeAt, endsAtMs),
    };
  }

  get #now(): number {
    return this.#cluster().now();
  }

  #falselySuspected(): void {
    this.#suspicions++;
    this.#sometimes.saw("suspicion");
  }

  #falselyFailed(observer: string, name: string): void {
    this.#failures++;
    this.#sometimes.saw("false_failure");
    const isStruck = (one: string): boolean => (this.#struck.get(one) ?? 0) > 0;
    if (!isStruck(observer) && !isStruck(name)) this.#failuresAmongHealthy++;
  }

  #detected(name: string): void {
    const death = this.#deadSince.get(name);
    if (death === undefined) return; // it said goodbye, and that was not heard
    this.#sometimes.saw("failure");
    const tookMs = this.#now - death.at;
    this.detection.add(tookMs);
    if (death.isDetected) return;
    death.isDetected = true;
    this.#deaths++;
    this.#firstDetection.add(tookMs);
  }

  #saying({ author, room, text }: Extract<ChatEvent, { type: "said" }>): void {
    const others = [...this.#inRoom].filter(([name, its]) => its === room && name !== author);
    const awaited = new Set(others.map(([name]) => name));
    this.#said++;
    this.#expected += awaited.size;
    if (awaited.size > 0) this.#messages.set(text, { saidAt: this.#now, awaited });
  }

  /** Who is gone is not waited for. */
  #noLonger(name: string, text: string, { awaited }: Message): void {
    if (!awaited.delete(name)) return;
    this.#expected--;
    if (awaited.size === 0) this.#messages.delete(text);
  }

  #rates(): Rates {
    const [before, now, seconds] = [this.#trafficAtArrival, this.#cluster().traffic, this.#peerSeconds];
    const rate = (of: keyof Traffic): number => seconds === 0 ? 0 : (now[of] - (before?.[of] ?? 0)) / seconds;
    return {
      packetsPerSecond: rate("packets"),
      packetBytesPerSecond: rate("packetBytes"),
      streamsPerSecond: rate("streams"),
      streamBytesPerSecond: rate("streamBytes"),
    };
  }
}

function after(at: number | undefined, since: number): number | undefined {
  return at === undefined ? undefined : Math.max(0, at - since);
}
