import type { RegistryPeer } from "../actors/bootstrap.ts";
import type { Behavior, Context } from "../actors/runtime/behavior.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import type { DialReply, TransportMessage } from "../actors/transport.ts";
import { joinAddress } from "../transport/address.ts";
import type { StreamCloseReason } from "../transport/transport.ts";
import type { RegistryMessage } from "./registry_actor.ts";

export type ProberMessage =
  | Readonly<{ type: "round" }>
  | Readonly<{ type: "listed"; peers: readonly RegistryPeer[] | undefined }>
  | Readonly<{ type: "probed"; peer: RegistryPeer; there: boolean | undefined }>;

type ProberDeps = Readonly<{ registry: ActorRef<RegistryMessage>; transport: () => ActorRef<TransportMessage> }>;

const PROBE_EVERY_MS = 5_000;

/** A connection takes one round trip; who needs longer is too far to be anybody's first contact. */
const PROBE_TIMEOUT_MS = 2_000;

/** Who was not there so many times running is dead. A restart of a process takes less than two rounds. */
const SILENCES_MAX = 3;

/** The registry is in this process. */
const LIST_TIMEOUT_MS = 2_000;

/** How a connection ends where nobody listens. Anything else says something of us or of the way, and nothing of the peer. */
const ABSENT: ReadonlySet<string> = new Set(["refused", "timed_out"] satisfies StreamCloseReason[]);

/** Knocks at every entry of the registry where it may now and then, and has those evicted where nobody opens. */
export function prober({ registry, transport }: ProberDeps): Behavior<ProberMessage> {
  return (ctx) => {
    const silences = new Silences();
    ctx.timers.every("round", PROBE_EVERY_MS, { type: "round" });
    return (message) => {
      switch (message.type) {
        case "round":
          return askForAll(ctx, registry);
        case "listed":
          if (message.peers === undefined) return;
          silences.keepOnly(message.peers);
          for (const peer of message.peers) probe(ctx, transport(), peer);
          return;
        case "probed":
          if (silences.heard(message.peer, message.there)) registry.tell({ type: "evict", peer: message.peer });
          return;
      }
    };
  };
}

/** How many times running nobody was there, for each place that is listed. */
class Silences {
  readonly #byPlace = new Map<string, number>();

  keepOnly(peers: readonly RegistryPeer[]): void {
    const listed = new Set(peers.map(placeOf));
    for (const place of this.#byPlace.keys()) if (!listed.has(place)) this.#byPlace.delete(place);
  }

  /** True if the peer has to go. `there` is undefined where the probe told nothing. */
  heard(peer: RegistryPeer, there: boolean | undefined): boolean {
    const place = placeOf(peer);
    if (there === true) this.#byPlace.delete(place);
    if (there !== false) return false;
    const silences = (this.#byPlace.get(place) ?? 0) + 1;
    this.#byPlace.set(place, silences);
    return silences >= SILENCES_MAX;
  }
}

function placeOf({ id, ip, port }: RegistryPeer): string {
  return `${id} ${ip} ${port}`;
}

function askForAll(ctx: Context<ProberMessage>, registry: ActorRef<RegistryMessage>): void {
  const asked = ctx.ask<RegistryMessage, readonly RegistryPeer[]>(
    registry,
    (replyTo) => ({ type: "places", replyTo }),
    LIST_TIMEOUT_MS,
  );
  ctx.pipeToSelf(asked, (peers) => ({ type: "listed", peers }), () => ({ type: "listed", peers: undefined }));
}

/** Connects and goes, as the seed's own check does: a peer takes it for a visitor who has nothing to say. */
function probe(ctx: Context<ProberMessage>, transport: ActorRef<TransportMessage>, peer: RegistryPeer): void {
  const to = joinAddress(peer.ip, Number(peer.port));
  if (to === undefined) return;
  let isOver = false;
  const tell = (there: boolean | undefined): void => {
    if (isOver) return;
    isOver = true;
    ctx.self.tell({ type: "probed", peer, there });
  };
  const handler = {
    opened: () => tell(true),
    data: () => {},
    closed: (reason: StreamCloseReason) => tell(ABSENT.has(reason) ? false : undefined),
  };
  const dialled = ctx.ask<TransportMessage, DialReply>(
    transport,
    (replyTo) => ({ type: "dial", to, timeoutMs: PROBE_TIMEOUT_MS, handler, replyTo }),
    LIST_TIMEOUT_MS,
  );
  dialled.then((reply) => reply.ok ? reply.stream.end() : tell(undefined), () => tell(undefined));
}
