import * as v from "valibot";
import type { BootstrapMessage, BootstrapReply } from "../actors/bootstrap.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import { peerProblem, type RegistryResult } from "./registry.ts";

/**
 * What the bootstrap protocol looks like when it comes over a link: the same plain data, from strangers. The registry
 * judges the words of a peer; here only their shape counts.
 */

/** The name under which a registry is published on a link. */
export const REGISTRY_ID = "registry";

const WORD_CHARACTERS_MAX = 512;
const PEERS_MAX = 1_024;

const word = v.pipe(v.string(), v.maxLength(WORD_CHARACTERS_MAX));
const limit = v.pipe(v.number(), v.safeInteger());
const peer = v.object({ id: word, name: word, ip: word, port: word, protocol: word, status: word, timestamp: word });

const messageSchema = v.object({
  command: v.variant("type", [
    v.object({ type: v.literal("join"), peer }),
    v.object({ type: v.literal("refill"), peer }),
    v.object({ type: v.literal("leave"), id: word }),
    v.object({ type: v.literal("list") }),
    v.object({ type: v.literal("reset") }),
    v.object({ type: v.literal("ping") }),
    v.object({ type: v.literal("config"), maxPeers: v.number(), minRefillCandidates: v.number() }),
  ]),
  replyTo: v.custom<ActorRef<BootstrapReply>>((value) =>
    typeof value === "object" && value !== null && "tell" in value && typeof value.tell === "function"
  ),
});

const replySchema = v.variant("ok", [
  v.object({
    ok: v.literal(true),
    config: v.object({ maxPeers: limit, minRefillCandidates: limit }),
    peers: v.pipe(v.array(peer), v.maxLength(PEERS_MAX)),
  }),
  v.object({ ok: v.literal(false), why: word }),
]);

/** The command in what a stranger sent, or `undefined`. */
export function decodeBootstrapMessage(value: unknown): BootstrapMessage | undefined {
  const result = v.safeParse(messageSchema, value);
  return result.success ? result.output : undefined;
}

/** The reply in what a stranger sent, or `undefined`; peers that nobody could reach are left out of it. */
export function decodeBootstrapReply(value: unknown): BootstrapReply | undefined {
  const result = v.safeParse(replySchema, value);
  if (!result.success) return undefined;
  const reply = result.output;
  return reply.ok ? { ...reply, peers: reply.peers.filter((one) => peerProblem(one) === undefined) } : reply;
}

/** A result of the rules, as it travels. */
export function toReply(result: RegistryResult): BootstrapReply {
  if (!result.ok) return result;
  const { config, peers } = result.registry;
  return { ok: true, config, peers: [...peers.values()] };
}

/** A reply that travelled, as the rules know it. */
export function fromReply(reply: BootstrapReply): RegistryResult {
  if (!reply.ok) return reply;
  const { config, peers } = reply;
  return { ok: true, registry: { config, peers: new Map(peers.map((one) => [one.id, one])) } };
}
