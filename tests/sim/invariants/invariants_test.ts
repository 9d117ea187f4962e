/** Each checker told a story by hand: the one that it is there to catch, and those that are like it and well. */
import { assertEquals } from "@std/assert";
import { lan } from "../../../actors/pool/profile.ts";
import type { ChatEvent } from "../../../actors/chat_room.ts";
import type { MembershipEvent } from "../../../actors/membership.ts";
import type { TreeNode } from "../../../actors/runtime/system.ts";
import type { Episode } from "../../../sim/faults/fault.ts";
import { healthyDeclaredDead } from "../../../sim/invariants/healthy_declared_dead.ts";
import { incarnationBack } from "../../../sim/invariants/incarnation_back.ts";
import type { Checker, Invariant } from "../../../sim/invariants/invariant.ts";
import { messageLost } from "../../../sim/invariants/message_lost.ts";
import { messageCausality, messageOrder, messageTwice } from "../../../sim/invariants/messages.ts";
import { ownIncarnationBack } from "../../../sim/invariants/own_incarnation_back.ts";
import { peerGivesUp } from "../../../sim/invariants/peer_gives_up.ts";
import { queueOverflows } from "../../../sim/invariants/queue_overflows.ts";
import { timerOutlives } from "../../../sim/invariants/timer_outlives.ts";
import { viewsDiffer } from "../../../sim/invariants/views_differ.ts";
import { deadStaysListed, liveStaysDead } from "../../../sim/invariants/wrong_for_ever.ts";
import type { Cluster } from "../../../sim/run/cluster.ts";
import { type Plan, planRun } from "../../../sim/run/plan.ts";
import { Views } from "../../../sim/run/views.ts";
import type { SimulatedPeer } from "../../../sim/world.ts";

/** Three peers of whom all is told by hand. */
class Story {
  readonly views = new Views(["p1", "p2", "p3"]);
  readonly reports: string[] = [];
  readonly checker: Checker;
  peers: Partial<SimulatedPeer>[] = [];
  /** What everybody's store has, by its hash. */
  readonly held = new Map<string, unknown>();
  atMs = 0;

  constructor(invariant: Invariant, more: Partial<Plan> = {}) {
    const parameters = { seed: "1", peers: 3, minutes: 5, profile: "lan", faults: [], chatters: 0, rooms: 1 } as const;
    const plan = { ...planRun(parameters), ...more };
    const processes = () => this.peers;
    const cluster = {
      names: plan.names,
      now: () => this.atMs,
      process: () => ({ history: { find: (_room: string, hash: string) => this.held.get(hash) } }),
      get processes() {
        return processes();
      },
      world: { clock: { advance: () => Promise.resolve() } },
    } as unknown as Cluster;
    this.checker = invariant.watch(
      { plan, profile: lan, views: this.views, cluster },
      (what) => this.reports.push(what),
    );
    for (const name of plan.names) {
      this.views.start(name);
      this.checker.started?.(name);
    }
  }

  member(observer: string, type: MembershipEvent["type"], name: string, incarnation = 1): void {
    const member = { name, address: "127.0.0.1:1", state: "alive", incarnation, meta: new Uint8Array() };
    const event = { type, member, by: "p2" } as unknown as MembershipEvent;
    this.views.hear(observer, event);
    this.checker.member?.(observer, event);
  }

  /** Everybody lists everybody. */
  everybodyKnows(): void {
    for (const observer of ["p1", "p2", "p3"]) {
      for (const subject of ["p1", "p2", "p3"]) this.member(observer, "joined", subject);
    }
  }

  said(observer: string, author: string, number: number): void {
    const own = observer === author;
    const event: ChatEvent = {
      type: "said",
      room: "room1" as never,
      author,
      own,
      text: `${author} ${number}`,
      wallMs: 0,
    };
    this.checker.chat?.(observer, event);
  }

  end(name: string, how: "killed" | "left" | "gave_up"): void {
    this.views.end(name);
    this.checker.ended?.(name, how);
  }

  episode(fault: string, phase: "begins" | "ends"): void {
    const episode: Episode = { number: 1, fault, fromMs: 0, toMs: 0, peers: ["p1"], amount: 0 };
    this.checker.episode?.(episode, phase);
  }
}

Deno.test("who lives and is not listed is named, and so is who does not list", async () => {
  const story = new Story(liveStaysDead);
  story.everybodyKnows();
  assertEquals(await story.checker.pending?.(), undefined);
  story.member("p1", "failed", "p2");
  story.member("p3", "left", "p1");
  assertEquals(await story.checker.pending?.(), "p1 does not list p2, p3 does not list p1");
});

Deno.test("who is gone and is listed is named; five at most, and how many more", async () => {
  const story = new Story(deadStaysListed);
  story.everybodyKnows();
  story.end("p3", "killed");
  assertEquals(await story.checker.pending?.(), "p1 lists p3, p2 lists p3");
  const many = new Story(liveStaysDead);
  assertEquals(
    await many.checker.pending?.(),
    "p1 does not list p1, p1 does not list p2, p1 does not list p3, p2 does not list p1, p2 does not list p2, and 4 more like these",
  );
});

Deno.test("a live peer that is declared dead while nothing is wrong is a finding", () => {
  const story = new Story(healthyDeclaredDead);
  story.everybodyKnows();
  story.member("p1", "suspected", "p3");
  assertEquals(story.reports, []);
  story.member("p1", "failed", "p3");
  assertEquals(story.reports, ["p1 declared p3 dead, on the word of p2"]);
});

Deno.test("it is none while a fault is in force, nor as long after as it takes to get over it; a harmless fault is no excuse", () => {
  const story = new Story(healthyDeclaredDead, { rightWithinMs: 1_000 });
  story.everybodyKnows();
  story.episode("loss", "begins");
  story.member("p1", "failed", "p3");
  story.atMs = 5_000;
  story.episode("loss", "ends");
  story.atMs = 5_999;
  story.member("p1", "failed", "p3");
  assertEquals(story.reports, []);
  story.episode("crash", "begins");
  story.atMs = 6_000;
  story.member("p1", "failed", "p3");
  assertEquals(story.reports.length, 1);
});

Deno.test("that somebody who is gone is declared dead is as it should be", () => {
  const story = new Story(healthyDeclaredDead);
  story.end("p3", "killed");
  story.member("p1", "failed", "p3");
  assertEquals(story.reports, []);
});

Deno.test("an incarnation that goes back is a finding, also from the grave, as long as that is remembered", () => {
  const story = new Story(incarnationBack);
  story.member("p1", "joined", "p2", 3);
  story.member("p1", "updated", "p2", 4);
  story.member("p1", "suspected", "p2", 4);
  story.member("p2", "joined", "p2", 2);
  assertEquals(story.reports, [], "another observer may know less");
  story.member("p1", "refuted", "p2", 3);
  assertEquals(story.reports, ["to p1, p2 was in incarnation 4 and is in 3"]);
  story.member("p1", "failed", "p2", 4);
  story.atMs = lan.gossipToTheDeadMs;
  story.member("p1", "joined", "p2", 1);
  assertEquals(story.reports.length, 2);
});

Deno.test("who is forgotten, and whose observer begins anew, may begin anew", () => {
  const story = new Story(incarnationBack);
  story.member("p1", "joined", "p2", 3);
  story.member("p1", "left", "p2", 3);
  story.atMs = lan.gossipToTheDeadMs + 1.5;
  story.member("p1", "joined", "p2", 1);
  story.member("p1", "updated", "p2", 5);
  story.member("p1", "joined", "p1", 9);
  story.member("p1", "failed", "p2", 5);
  story.member("p1", "joined", "p2", 2);
  story.member("p1", "conflict", "p2", 1);
  story.end("p1", "killed");
  story.checker.started?.("p1");
  story.member("p1", "joined", "p2", 1);
  assertEquals(story.reports, []);
});

Deno.test("a peer that takes back its own incarnation is a finding; a new process may begin below the last", () => {
  const story = new Story(ownIncarnationBack);
  const own = (incarnation: number): void => {
    story.peers = [{ name: "p1", memory: { membership: { incarnation } } as never }];
    story.checker.look?.();
  };
  own(3);
  own(3);
  own(5);
  assertEquals(story.reports, []);
  own(4);
  assertEquals(story.reports, ["p1 was in incarnation 5 and is in 4"]);
  story.checker.started?.("p1");
  own(1);
  assertEquals(story.reports.length, 1);
});

Deno.test("a message shown twice on one screen is a finding; on another, or on that of the next process, it is not", () => {
  const story = new Story(messageTwice);
  story.said("p1", "p2", 1);
  story.said("p1", "p2", 2);
  story.said("p3", "p2", 1);
  story.said("p1", "p3", 1);
  story.checker.started?.("p3");
  story.said("p3", "p2", 1);
  assertEquals(story.reports, []);
  story.said("p1", "p2", 1);
  assertEquals(story.reports, ['p1 was shown "p2 1" twice']);
});

Deno.test("a message shown after a later one of its author is a finding; a gap is not, nor another author's number", () => {
  const story = new Story(messageOrder);
  story.said("p1", "p2", 1);
  story.said("p1", "p2", 5);
  story.said("p1", "p3", 2);
  story.said("p3", "p2", 3);
  story.checker.started?.("p3");
  story.said("p3", "p2", 1);
  assertEquals(story.reports, []);
  story.said("p1", "p2", 4);
  assertEquals(story.reports, ['p1 was shown "p2 4" after number 5']);
});

/** What `p1` is shown of the logs of others, in that order: each the name of its log, its number and what it follows from. */
function shownEntries(invariant: Invariant, ...entries: readonly ShownEntry[]): readonly string[] {
  const story = new Story(invariant);
  for (const { log, sequence, ms = sequence, number = sequence, late, parents = [] } of entries) {
    const entry = {
      log,
      sequence,
      hash: `${log} ${sequence}`,
      parents,
      name: log.slice(0, 2),
      order: { ms, count: 0 },
    };
    story.held.set(entry.hash, entry);
    const said = { type: "said", room: "room1", author: entry.name, own: false, text: `${entry.name} ${number}` };
    story.checker.chat?.("p1", { ...said, wallMs: 0, id: entry.hash, ...(late && { late }) } as unknown as ChatEvent);
  }
  return story.reports;
}

type ShownEntry = Readonly<{
  log: string;
  sequence: number;
  ms?: number;
  number?: number;
  late?: true;
  parents?: readonly Readonly<{ log: string; sequence: number }>[];
}>;

Deno.test("of an author with two logs, the order of the room decides", () => {
  const later = { log: "p2.2", sequence: 1, ms: 50, number: 3 };
  const earlier = { log: "p2.1", sequence: 1, ms: 40, number: 1 };
  assertEquals(shownEntries(messageOrder, later, earlier), ['p1 was shown "p2 1" after number 3']);
  assertEquals(shownEntries(messageOrder, later, { ...earlier, late: true }), []);
  assertEquals(
    shownEntries(messageOrder, later, { ...earlier, ms: 60 }),
    [],
    "its clock was put back, and its disk lost",
  );
});

Deno.test("what is shown after what follows from it is a finding, unless it says that it is late", () => {
  const answer = { log: "p3", sequence: 2, ms: 9, parents: [{ log: "p2", sequence: 4 }] };
  const [asked, next, earlier] = [{ log: "p2", sequence: 4 }, { log: "p2", sequence: 5 }, { log: "p3", sequence: 1 }];
  assertEquals(shownEntries(messageCausality, earlier, asked, answer, next), []);
  assertEquals(shownEntries(messageCausality, answer, { ...asked, late: true }, next), []);
  assertEquals(shownEntries(messageCausality, answer, asked, earlier), [
    "p1 was shown number 4 of p2 after what follows from it",
    "p1 was shown number 1 of p3 after what follows from it",
  ]);
  const other = { ...asked, ms: 10 };
  assertEquals(shownEntries(messageCausality, answer, other), [], "another with that number, said later: a fork");
});

/** A story in which p1 and p2 are in a room. */
function inRoom(more: Partial<Plan> = {}): Story {
  const story = new Story(messageLost, more);
  story.everybodyKnows();
  for (const name of ["p1", "p2"]) story.checker.entered?.(name, "room1");
  return story;
}

Deno.test("a message that is not shown within five seconds to who was in the room is a finding", () => {
  const story = inRoom();
  story.said("p1", "p1", 1);
  story.said("p2", "p2", 1);
  story.said("p1", "p2", 1);
  story.atMs = 5_000;
  story.checker.look?.();
  assertEquals(story.reports, []);
  story.atMs = 5_001;
  story.checker.look?.();
  assertEquals(story.reports, ['"p1 1", said at 0 ms, was not shown to p2']);
});

Deno.test("it is none if the other is gone, was not known, came later, or is in another room", () => {
  const story = inRoom();
  story.member("p2", "failed", "p1");
  story.said("p1", "p1", 1);
  story.member("p2", "joined", "p1");
  story.said("p2", "p2", 1);
  story.checker.entered?.("p3", "room2");
  story.end("p1", "killed");
  story.atMs = 10_000;
  story.checker.look?.();
  assertEquals(story.reports, []);
});

Deno.test("with faults in the plan it is asked only from the end on, when everybody has found everybody", () => {
  const story = inRoom({ episodes: [{ number: 1, fault: "loss", fromMs: 0, toMs: 1, peers: [], amount: 0.1 }] });
  story.said("p1", "p1", 1);
  story.checker.settled?.();
  story.said("p1", "p1", 2);
  story.atMs = 10_000;
  story.checker.look?.();
  assertEquals(story.reports, ['"p1 2", said at 0 ms, was not shown to p2']);
});

function node(path: string, more: Partial<TreeNode>, children: readonly TreeNode[] = []): TreeNode {
  return { path, name: path, mailboxDepth: 0, stashed: 0, children, ...more } as TreeNode;
}

Deno.test("a mailbox or a stash beyond its bound is a finding, at any depth of the tree", () => {
  const look = (tree: readonly TreeNode[]): readonly string[] => {
    const story = new Story(queueOverflows);
    story.peers = [{ name: "p1", system: { tree: () => tree } as never }];
    story.checker.look?.();
    return story.reports;
  };
  const own = 2 * 3 + 100;
  assertEquals(look([node("/peer", {}, [node("/peer/pool", { mailboxDepth: lan.handoffQueueDepth + own })])]), []);
  assertEquals(look([node("/peer", {}, [node("/peer/pool", { mailboxDepth: lan.handoffQueueDepth + own + 1 })])]), [
    `${lan.handoffQueueDepth + own + 1} messages wait for /peer/pool of p1`,
  ]);
  assertEquals(look([node("/peer", { mailboxDepth: 10_000 + own, stashed: 1_000 })]), []);
  assertEquals(look([node("/peer", { mailboxDepth: 10_001 + own, stashed: 1_001 })]), [
    `${10_001 + own} messages wait for /peer of p1`,
    "1001 messages are put aside by /peer of p1",
  ]);
});

Deno.test("a timer of who left is a finding; who was killed has none, since nothing of it runs", () => {
  const story = new Story(timerOutlives);
  const [left, killed] = [{ name: "p1", lateTimers: 0 }, { name: "p2", lateTimers: 1 }];
  story.peers = [left, killed];
  story.checker.look?.();
  story.end("p1", "left");
  story.end("p2", "killed");
  story.peers = [];
  story.checker.look?.();
  assertEquals(story.reports, []);
  left.lateTimers = 2;
  story.checker.look?.();
  assertEquals(story.reports, ["2 timers of p1 came due after it had stopped"]);
});

Deno.test("a peer whose actors have all stopped by themselves is a finding", () => {
  const story = new Story(peerGivesUp);
  story.end("p1", "killed");
  story.end("p2", "left");
  assertEquals(story.reports, []);
  story.end("p3", "gave_up");
  assertEquals(story.reports, ["the actors of p3 have stopped"]);
});

Deno.test("views that differ in anything about anybody are named with what each believes", async () => {
  const story = new Story(viewsDiffer);
  story.everybodyKnows();
  const knows = (name: string, incarnation: number, state = "alive"): Partial<SimulatedPeer> => ({
    name,
    steps: {
      members: () =>
        Promise.resolve([{ name: "p3", address: "127.0.0.1:3", state, incarnation, meta: Uint8Array.of(7) }]),
    } as never,
  });
  story.peers = [knows("p1", 2), knows("p2", 2)];
  assertEquals(await story.checker.pending?.(), undefined);
  story.peers = [knows("p1", 2), knows("p2", 2, "suspect")];
  assertEquals(
    await story.checker.pending?.(),
    "to p1, p3 is alive at 127.0.0.1:3 in incarnation 2 with meta 07, " +
      "and to p2 it is suspect at 127.0.0.1:3 in incarnation 2 with meta 07",
  );
});
