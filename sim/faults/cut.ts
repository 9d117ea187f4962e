import type { Address } from "../../transport/address.ts";
import { cut as cutRule, cutOneWay } from "../rules/cut.ts";
import type { Rule } from "../rule.ts";
import { type Episode, type Fault, type FaultStage, intervals } from "./fault.ts";

/** A split of the network: up to half of the peers here, the others there. */
function cutting(name: string, summary: string, rule: (here: Address[], there: Address[]) => Rule): Fault {
  return {
    name,
    summary,
    lasts: intervals(1, 90),
    strikes: (peers) => Math.max(1, Math.floor(peers / 2)),
    reaches: ["suspicion"],
    begin(stage: FaultStage, { peers }: Episode) {
      const here = new Set(peers);
      const there = stage.names.filter((peer) => !here.has(peer));
      return stage.add(rule(peers.map((peer) => stage.addressOf(peer)), there.map((peer) => stage.addressOf(peer))));
    },
  };
}

/** Nothing passes between the two sides. */
export const cut = cutting("cut", "the network is split in two", cutRule);

/** Nothing passes from one side to the other; the way back stays open. */
export const oneWayCut = cutting("one-way-cut", "nothing passes from some to the others", cutOneWay);
