import { GoPeer } from "../../support/go_peer.ts";
import type { SerfAgent } from "../../support/serf_agent.ts";
import type { Program } from "../cluster.ts";
import { ParleyMember } from "../parley_member.ts";
import type { Sighting } from "./ledger.ts";

/** What a program says of another's coming and going. */
type Word = Pick<Sighting, "name" | "what">;

/** Watches what one program says of others, from now on. */
export class Onlooker {
  readonly name: string;
  readonly #words: () => readonly Word[];
  #noted: number;

  constructor(program: Program) {
    this.name = program.name;
    this.#words = () => wordsOf(program);
    this.#noted = this.#words().length;
  }

  /** What it has said since it was asked last; `now` is when. */
  look(now: number): readonly Sighting[] {
    const news = this.#words().slice(this.#noted);
    this.#noted += news.length;
    return news.map((word) => ({ ...word, at: now, by: this.name }));
  }
}

function wordsOf(program: Program): readonly Word[] {
  if (program instanceof ParleyMember) return wordsOfParley(program);
  return program instanceof GoPeer ? wordsOfGo(program) : wordsOfSerf(program);
}

function wordsOfParley({ log }: ParleyMember): readonly Word[] {
  const lines = log.matchAll(/^\* (\S+) (is a member now|failed|left)\b/mg);
  return [...lines].map(([, name, word]) => ({
    name: name!,
    what: word === "is a member now" ? "came" : asGone(word),
  }));
}

/** The library has one event for both ways to be gone. */
function wordsOfGo({ events }: GoPeer): readonly Word[] {
  return events.filter(({ event }) => event === "join" || event === "leave")
    .map(({ event, node }) => ({ name: node!.name, what: event === "join" ? "came" : "went" }));
}

function wordsOfSerf({ log }: SerfAgent): readonly Word[] {
  const lines = log.matchAll(/ serf: EventMember(Join|Failed|Leave): (\S+)/g);
  return [...lines].map(([, word, name]) => ({ name: name!, what: word === "Join" ? "came" : asGone(word) }));
}

function asGone(word = ""): "failed" | "left" {
  return word.toLowerCase() === "failed" ? "failed" : "left";
}
