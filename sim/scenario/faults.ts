import type { Random } from "../../actors/runtime/random.ts";
import type { Address } from "../../transport/address.ts";
import type { Carried, PlainRule, Verdict } from "../rule.ts";
import type { Cuttable, Group } from "./statement.ts";

type Cut = Readonly<{ what: Cuttable; groups: readonly Group[]; oneWay: boolean }>;

/** Who has an address, by the name that the scenario knows; `undefined` for what is no party's. */
type WhoIs = (address: Address) => string | undefined;

/** What a scenario has done to the network between its peers. They are peers' faults, not addresses': a restart keeps them. */
export class Faults {
  #cuts: readonly Cut[] = [];
  #loss = 0;
  #latency: readonly [minMs: number, maxMs: number] | undefined;
  readonly #slow = new Map<string, number>();

  cut(cut: Cut): void {
    this.#cuts = [...this.#cuts, cut];
  }

  lose(probability: number): void {
    this.#loss = probability;
  }

  delay(minMs: number, maxMs: number): void {
    this.#latency = [minMs, maxMs];
  }

  slow(name: string, byMs: number): void {
    if (byMs === 0) this.#slow.delete(name);
    else this.#slow.set(name, byMs);
  }

  /** The network is as it was at the beginning. */
  heal(): void {
    this.#cuts = [];
    this.#loss = 0;
    this.#latency = undefined;
    this.#slow.clear();
  }

  /** The same as a rule of a network, simulated or relayed. */
  rule(whoIs: WhoIs): PlainRule {
    return (carried, random) => {
      const [from, to] = [whoIs(carried.from), whoIs(carried.to)];
      return from === undefined || to === undefined ? "pass" : this.#judge(from, to, carried.kind, random);
    };
  }

  /** What is in force, a line each. */
  describe(): readonly string[] {
    const lines = this.#cuts.map(({ what, groups, oneWay }) => {
      const sides = groups.map((group) => group === "others" ? group : group.join(", "));
      return `cut ${what === "udp" ? "udp " : ""}${sides.join(oneWay ? " -> " : " | ")}`;
    });
    if (this.#loss > 0) lines.push(`loss ${100 * this.#loss}%`);
    if (this.#latency !== undefined) lines.push(`latency ${this.#latency.join("ms..")}ms`);
    for (const [name, byMs] of this.#slow) lines.push(`slow ${name} by ${byMs}ms`);
    return lines;
  }

  #judge(from: string, to: string, kind: Carried["kind"], random: Random): Verdict | "pass" {
    if (this.#cuts.some((cut) => isCut(cut, from, to, kind))) return DROP;
    if (this.#loss > 0 && kind !== "ack" && random.next() < this.#loss) return DROP;
    const slowMs = this.#slow.get(to) ?? 0;
    if (this.#latency === undefined) return slowMs === 0 ? "pass" : { type: "deliver", afterMs: slowMs };
    const [minMs, maxMs] = this.#latency;
    return { type: "deliver", afterMs: slowMs + minMs + random.next() * (maxMs - minMs) };
  }
}

const DROP: Verdict = { type: "drop" };

function isCut({ what, groups, oneWay }: Cut, from: string, to: string, kind: Carried["kind"]): boolean {
  if (what === "udp" && kind !== "packet") return false;
  const [sender, receiver] = [sideOf(groups, from), sideOf(groups, to)];
  if (sender === undefined || receiver === undefined || sender === receiver) return false;
  return !oneWay || sender === 0;
}

/** Which side somebody is on; nobody's, who is not named where there are no `others`. */
function sideOf(groups: readonly Group[], name: string): number | undefined {
  const named = groups.findIndex((group) => group !== "others" && group.includes(name));
  if (named >= 0) return named;
  const others = groups.indexOf("others");
  return others < 0 ? undefined : others;
}
