import {
  ActorSystem,
  DEAD_LETTERS,
  type DeadLetter,
  type LogRecord,
  seededRandom,
  type SystemOptions,
} from "../../actors/runtime/mod.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";

/** An actor system on virtual time that remembers its dead letters and its log. */
export function virtualSystem(seed = "test", options: Partial<SystemOptions> = {}) {
  const clock = new VirtualClock();
  const log: LogRecord[] = [];
  const system = new ActorSystem({
    clock,
    random: seededRandom(seed),
    log: (record) => log.push(record),
    ...options,
  });
  const deadLetters: DeadLetter[] = [];
  system.events.subscribe(DEAD_LETTERS, (letter) => deadLetters.push(letter));
  return { clock, system, deadLetters, log };
}
