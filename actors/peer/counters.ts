import type { LinksStatus } from "../links.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { TransportStatus } from "../transport.ts";
import type { Cast } from "./cast.ts";

/** An actor that does not answer in time is left out; that it hangs is seen in the tree. */
const STATUS_TIMEOUT_MS = 1_000;

type Counts = Readonly<Record<string, number>>;

/** Everything that was dropped or went wrong, by where and why. `deadLetters` are the system's. */
export async function readCounters(cast: Cast, deadLetters: Counts): Promise<readonly (readonly [string, number])[]> {
  const ask = { type: "status" } as const;
  const groups = await Promise.all([
    group(
      "transport",
      read(
        cast.get("transport").ask((replyTo: ActorRef<TransportStatus>) => ({ ...ask, replyTo }), STATUS_TIMEOUT_MS)
          .then(transportCounts),
      ),
    ),
    group(
      "links",
      read(
        cast.get("links").ask((replyTo: ActorRef<LinksStatus>) => ({ ...ask, replyTo }), STATUS_TIMEOUT_MS).then((
          { counters },
        ) => counters),
      ),
    ),
    group("pool", read(cast.get("pool").ask((replyTo: ActorRef<Counts>) => ({ ...ask, replyTo }), STATUS_TIMEOUT_MS))),
    group(
      "membership",
      read(cast.get("membership").ask((replyTo: ActorRef<Counts>) => ({ ...ask, replyTo }), STATUS_TIMEOUT_MS)),
    ),
    group(
      "failure detector",
      read(cast.get("failureDetector").ask((replyTo: ActorRef<Counts>) => ({ ...ask, replyTo }), STATUS_TIMEOUT_MS)),
    ),
    group(
      "broadcaster",
      read(cast.get("broadcaster").ask((replyTo: ActorRef<Counts>) => ({ ...ask, replyTo }), STATUS_TIMEOUT_MS)),
    ),
    group("dead letters", Promise.resolve(deadLetters)),
  ]);
  return groups.flat();
}

function transportCounts({ counters, dropped }: TransportStatus): Counts {
  return { ...counters, ...dropped };
}

async function group(name: string, counts: Promise<Counts>): Promise<(readonly [string, number])[]> {
  return Object.entries(await counts).map(([what, count]) => [`${name}: ${what}`, count] as const);
}

async function read(counts: Promise<Counts>): Promise<Counts> {
  try {
    return await counts;
  } catch {
    return {};
  }
}
