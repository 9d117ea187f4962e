import { VirtualClock } from "../../sim/virtual_clock.ts";
import { DEAD_LETTERS, type DeadLetter } from "../../actors/runtime/dead_letters.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { ActorSystem } from "../../actors/runtime/system.ts";
import type { LogRecord } from "../../actors/runtime/log.ts";

/** An actor system on virtual time that remembers its dead letters and its log. */
export function virtualSystem(seed = "test") {
  const clock = new VirtualClock();
  const log: LogRecord[] = [];
  const system = new ActorSystem({ clock, random: seededRandom(seed), log: (record) => log.push(record) });
  const deadLetters: DeadLetter[] = [];
  system.events.subscribe(DEAD_LETTERS, (letter) => deadLetters.push(letter));
  return { clock, system, deadLetters, log };
}
