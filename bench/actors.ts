/** Our actors beside those of other libraries and two floors: what a message, an ask, a life and an idle actor cost. */
import { CONTENDERS } from "./actors/contenders.ts";
import { idleHeap } from "./actors/idle_heap.ts";
import { WORKLOADS } from "./actors/workloads.ts";
import { rates, type Work } from "./measure.ts";
import type { Bench, Suite } from "./suite.ts";

const BENCHES: readonly Bench[] = [
  { name: "tell", unit: "messages/s", aim: { ratioMin: 0.6 } },
  { name: "burst", unit: "messages/s" },
  { name: "ping_pong", unit: "messages/s", aim: { ratioMin: 1 } },
  { name: "ask", unit: "asks/s", aim: { ratioMin: 0.4 } },
  { name: "fan_in", unit: "messages/s", aim: { ratioMin: 0.5 } },
  { name: "spawn", unit: "actors/s", aim: { ratioMin: 0.4 } },
  { name: "idle_heap", unit: "bytes", aim: { medianMax: 700 } },
];

export const ACTORS: Suite = {
  name: "actors",
  benches: BENCHES,
  contenders: Object.keys(CONTENDERS),
  reference: "array_floor",
  notes: [
    "xstate delivers within `send` and has no ask: its answer is the state that it reads afterwards.",
    "comedy does not queue: each message is a promise, and the order of two is not promised.",
    "actor-ts is not in the npm registry, so it has no column.",
  ],
  async measure(contender, plan) {
    const opened = await CONTENDERS[contender]!();
    const works = new Map<string, Work>();
    for (const [bench, prepare] of Object.entries(WORKLOADS)) works.set(bench, await prepare(opened));
    return { ...await rates(works, plan), idle_heap: await idleHeap(opened, plan) };
  },
};
