import { Chronicle, newChronicleCounters, newChronicleMemory } from "../../actors/chat_room/chronicle.ts";
import type { ChronicleTimer } from "../../actors/chat_room/chronicle/world.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { decodeLogMessage, type LogMessage } from "../../actors/history/log_message.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { simulatedHistory } from "./author.ts";

/**
 * A chronicle in a world that only writes down what it is told; time goes on by a second with whatever is published. What
 * is to ring afterwards does so at once, or is given to `later`.
 */
export function loneChronicle(
  name: string,
  room: RoomName,
  others: readonly string[],
  later?: (timer: ChronicleTimer) => void,
) {
  const history = simulatedHistory(name);
  const sent: (readonly [to: string, message: LogMessage])[] = [];
  const shown: string[] = [];
  const filled: number[] = [];
  let published = 0;
  const chronicle: Chronicle = new Chronicle({
    room,
    name,
    ...history,
    memory: newChronicleMemory(),
    counters: newChronicleCounters(),
    world: {
      now: () => 1_000 * published,
      wallMs: () => 1,
      random: seededRandom("1"),
      setTimer: () => {},
      ringAfter: later ?? ((timer) => chronicle.ring(timer)),
      publish: () => void published++,
      sendTo: (to, payload) => void sent.push([to, decodeLogMessage(payload)!]),
      others: () => others,
      taken: () => {},
      show: (entries) => shown.push(...entries.map(({ content }) => "text" in content ? content.text : content.type)),
      forked: () => {},
      forkedTogether: () => {},
      unheld: () => {},
      filling: () => {},
      filled: (count) => void filled.push(count),
    },
  });
  return { chronicle, store: history.store, sent, shown, filled, published: () => published };
}
