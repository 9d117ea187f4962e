import type { LinksStatus } from "../links.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { PoolView } from "../pools.ts";
import type { TransportStatus } from "../transport.ts";
import type { Cast } from "./cast.ts";

/** An actor that does not answer in time is left out; that it hangs is seen in the tree. */
const STATUS_TIMEOUT_MS = 1_000;

type Counts = Readonly<Record<string, number>>;
type StatusQuery<A> = Readonly<{ type: "status"; replyTo: ActorRef<A> }>;

/** Everything that was counted so far, by where and what. `deadLetters` are the system's. */
export async function readCounters(cast: Cast, deadLetters: Counts): Promise<readonly (readonly [string, number])[]> {
  const others = (await poolsBeside(cast)).map((view) => countedInPool(`pool ${view.id}, `, view.pool, view.cast));
  const [gateway, cliChat] = [cast.find("gateway"), cast.find("cliChat")];
  const groups = await Promise.all([
    counted<TransportStatus>(
      "transport",
      cast.get("transport"),
      ({ counters, dropped, offenders }) => ({ ...counters, ...dropped, ...offenders }),
    ),
    counted<TransportStatus>(
      "port",
      cast.get("transport"),
      ({ registered }) => Object.fromEntries(registered.map(({ name, received }) => [`${name} received`, received])),
    ),
    counted<LinksStatus>("links", cast.get("links"), ({ counters }) => counters),
    countedInPool("", cast.get("pool"), cast),
    ...others,
    counted<Counts>("rooms", cast.get("rooms")),
    counted<Counts>("history", cast.get("archive")),
    counted<Counts>("items", cast.get("items")),
    counted<Counts>("serf", cast.get("serf")),
    gateway === undefined ? [] : counted<Counts>("gateway", gateway),
    cliChat === undefined ? [] : counted<Counts>("cli-chat", cliChat),
  ]);
  return [...groups.flat(), ...rows("dead letters", deadLetters)];
}

/** Those of applications; none, if their keeper does not answer. */
function poolsBeside(cast: Cast): Promise<readonly PoolView[]> {
  const build = (replyTo: ActorRef<readonly PoolView[]>) => ({ type: "list", replyTo }) as const;
  return cast.get("pools").ask(build, STATUS_TIMEOUT_MS).catch(() => []);
}

async function countedInPool(
  which: string,
  pool: PoolView["pool"],
  cast: PoolView["cast"],
): Promise<(readonly [string, number])[]> {
  const groups = await Promise.all([
    counted<Counts>(`${which}pool`, pool),
    counted<Counts>(`${which}membership`, cast.get("membership")),
    counted<Counts>(`${which}failure detector`, cast.get("failureDetector")),
    counted<Counts>(`${which}broadcaster`, cast.get("broadcaster")),
  ]);
  return groups.flat();
}

async function counted<A extends object>(
  where: string,
  actor: ActorRef<StatusQuery<A>>,
  countsIn: (status: A) => Counts = (status) => status as Counts,
): Promise<(readonly [string, number])[]> {
  try {
    const status = await actor.ask<A>((replyTo) => ({ type: "status", replyTo }), STATUS_TIMEOUT_MS);
    return rows(where, countsIn(status));
  } catch {
    return [];
  }
}

function rows(where: string, counts: Counts): (readonly [string, number])[] {
  return Object.entries(counts).map(([what, count]) => [`${where}: ${inWords(what)}`, count] as const);
}

/** `packetsSent`, or `mailbox_full`, as a person would write it. */
function inWords(key: string): string {
  return key.replace(/[a-z][A-Z]/g, ([before, after]) => `${before} ${after!.toLowerCase()}`).replaceAll("_", " ");
}
