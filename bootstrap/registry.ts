import type { RegistryCommand, RegistryConfig, RegistryPeer } from "../actors/bootstrap.ts";
import { parseAddress, splitAddress } from "../transport/address.ts";

/** All that the registry knows. A value: {@linkcode applyRegistry} makes the next one. */
export type Registry = Readonly<{ config: RegistryConfig; peers: ReadonlyMap<string, RegistryPeer> }>;

/** The data after the command, or why it was refused; then nothing changed. */
export type RegistryResult =
  | { readonly ok: true; readonly registry: Registry }
  | { readonly ok: false; readonly why: string };

/**
 * Peers that are kept at most, whatever `maxPeers` says, so that the whole data with the longest words is an answer of at
 * most 1 MiB.
 */
export const PEERS_MAX = 256;

/** The limits that the seed's shipped data file sets. */
export const REGISTRY_CONFIG: RegistryConfig = { maxPeers: 8, minRefillCandidates: 5 };

/** A registry that knows nobody yet. */
export function emptyRegistry(config: RegistryConfig = REGISTRY_CONFIG): Registry {
  return { config, peers: new Map() };
}

/** Applies one command. Never throws; a refused command leaves the data as it was. */
export function applyRegistry(registry: Registry, command: RegistryCommand): RegistryResult {
  switch (command.type) {
    case "join":
      return admit(registry, command.peer, join);
    case "refill":
      return admit(registry, command.peer, refill);
    case "leave":
      return accept(without(registry, command.id));
    case "reset":
      return accept({ ...registry, peers: new Map() });
    case "config":
      return configure(registry, command);
    case "list":
    case "ping":
      return accept(registry);
  }
}

/**
 * What is wrong with a peer's words, or `undefined`. The seed's service keeps any seven words. Its clients send an id of
 * theirs, the name of a node, its address and a time in seconds, and all of those are taken, also names with signs that
 * cannot be seen, which are made visible where they are shown. What is refused comes from nobody who could be reached:
 * addresses that are none, times that are no number; or from a name with a blank, by which all words behind it are
 * others. The seed lists that, and nobody can connect to it; its client, which prints an answer other than 200, is told.
 */
export function peerProblem(peer: RegistryPeer): string | undefined {
  return wordProblem("id", peer.id, 1, ID_CHARACTERS_MAX) ??
    wordProblem("name", peer.name, 1, NAME_CHARACTERS_MAX) ??
    addressProblem(peer.ip, peer.port) ??
    wordProblem("protocol", peer.protocol, 1, TAG_CHARACTERS_MAX) ??
    wordProblem("status", peer.status, 0, TAG_CHARACTERS_MAX) ??
    (TIMESTAMP.test(peer.timestamp) ? undefined : "timestamp is not a number");
}

/** A UUID, with room for other ways to make one. */
const ID_CHARACTERS_MAX = 64;

/** A node name of the seed: host name (64), peer name (128) and UUID (36) with dashes between. */
const NAME_CHARACTERS_MAX = 256;

/** `tcp`, `udp`, `0`. */
const TAG_CHARACTERS_MAX = 16;

/** Digits that a double holds exactly. */
const TIMESTAMP = /^\d{0,15}$/;

function accept(registry: Registry): RegistryResult {
  return { ok: true, registry };
}

function refuse(why: string): RegistryResult {
  return { ok: false, why };
}

function admit(
  registry: Registry,
  peer: RegistryPeer,
  rule: (registry: Registry, peer: RegistryPeer) => Registry,
): RegistryResult {
  const problem = peerProblem(peer);
  return problem === undefined ? accept(rule(registry, peer)) : refuse(`error: ${problem}`);
}

/** A listed peer may always correct its own words, or a full registry would keep an address that nobody answers. */
function join(registry: Registry, peer: RegistryPeer): Registry {
  return registry.peers.has(peer.id) || hasRoom(registry) ? withPeer(registry, peer) : registry;
}

/** The oldest peers win: who has been there longest is the likeliest to stay. */
function refill(registry: Registry, candidate: RegistryPeer): Registry {
  if (registry.peers.has(candidate.id)) return registry;
  if (hasRoom(registry)) return withPeer(registry, candidate);
  const youngest = youngestOf(registry);
  if (youngest === undefined || Number(youngest.timestamp) <= Number(candidate.timestamp)) return registry;
  return withPeer(without(registry, youngest.id), candidate);
}

function configure(registry: Registry, { maxPeers, minRefillCandidates }: RegistryConfig): RegistryResult {
  // Any number, as in the seed: below 1 nobody is let in, and beyond what is kept it is only shown.
  if (!Number.isSafeInteger(maxPeers)) return refuse("error: maxpeers is not a whole number");
  if (!Number.isSafeInteger(minRefillCandidates)) return refuse("error: minrefillcandidates is not a whole number");
  return accept({ ...registry, config: { maxPeers, minRefillCandidates } });
}

/** Whether one more can be listed. */
export function hasRoom({ config, peers }: Registry): boolean {
  return peers.size < Math.min(config.maxPeers, PEERS_MAX);
}

function withPeer(registry: Registry, peer: RegistryPeer): Registry {
  return { ...registry, peers: new Map(registry.peers).set(peer.id, peer) };
}

function without(registry: Registry, id: string): Registry {
  if (!registry.peers.has(id)) return registry;
  const peers = new Map(registry.peers);
  peers.delete(id);
  return { ...registry, peers };
}

/** Of several equally young ones the first that came: any would do, but always the same. */
function youngestOf({ peers }: Registry): RegistryPeer | undefined {
  let youngest: RegistryPeer | undefined;
  for (const peer of peers.values()) {
    if (youngest === undefined || Number(peer.timestamp) > Number(youngest.timestamp)) youngest = peer;
  }
  return youngest;
}

function wordProblem(what: string, word: string, least: number, most: number): string | undefined {
  if (word.length < least) return `${what} is empty`;
  if (word.length > most) return `${what} is longer than ${most} characters`;
  const unfit = what === "name" ? UNFIT_IN_NAMES : UNFIT;
  return unfit.test(word) ? `${what} holds a blank or a character that cannot be shown` : undefined;
}

/** White space, control characters, lone surrogates, and what is invisible or reorders a line. */
const UNFIT = /[\s\p{Cc}\p{Cs}\p{Co}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

/** What no member of a cluster may be called either (`validName`), and blanks. */
const UNFIT_IN_NAMES = /[\s\p{Cc}\p{Cs}\p{Bidi_Control}]/u;

function addressProblem(ip: string, port: string): string | undefined {
  const address = parseAddress(ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);
  if (address === undefined) return "ip and port are not an address";
  return splitAddress(address).port === 0 ? "port is 0" : undefined;
}
