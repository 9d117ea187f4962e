import type { Address } from "../transport/address.ts";
import type { ActorRef } from "./runtime/ref.ts";

/**
 * The one protocol by which a peer finds first contacts. Behind it may stand a registry in this process, one behind a
 * link, or one behind HTTP: a peer cannot tell. (`bootstrap/` has the three.)
 */
export type BootstrapMessage = Readonly<{
  command: RegistryCommand;
  replyTo: ActorRef<BootstrapReply>;
  /** Where that was said, if it came over HTTP. */
  from?: Address;
}>;

/** All that the registry knows after the command, or why there is no answer. */
export type BootstrapReply =
  | Readonly<{ ok: true; config: RegistryConfig; peers: readonly RegistryPeer[] }>
  | Readonly<{ ok: false; why: string }>;

/** What can be asked of a registry. Each answer is the whole data. */
export type RegistryCommand =
  /** "I am here": taken while there is room. Of somebody already listed, the new words replace the old. */
  | { readonly type: "join"; readonly peer: RegistryPeer }
  /** "This one is gone", said by itself or by who found it dead. */
  | { readonly type: "leave"; readonly id: string }
  /** "I could step in": taken while there is room, and else in place of a peer younger than the candidate. */
  | { readonly type: "refill"; readonly peer: RegistryPeer }
  | { readonly type: "list" }
  /** Forgets all peers, keeps the limits. */
  | { readonly type: "reset" }
  /** Sets both limits. Lower ones evict nobody. */
  | { readonly type: "config"; readonly maxPeers: number; readonly minRefillCandidates: number }
  /** "Are you there?" */
  | { readonly type: "ping" };

/** A first contact, in the words of the registry's protocol: everything is text. */
export type RegistryPeer = Readonly<{
  id: string;
  name: string;
  ip: string;
  port: string;
  protocol: string;
  /** Carried for old clients; nobody reads it. */
  status: string;
  /** When the peer started, Unix seconds; empty counts as 0. */
  timestamp: string;
}>;

export type RegistryConfig = Readonly<{
  /** Peers that the registry keeps. */
  maxPeers: number;
  /** With fewer peers than this, those outside offer themselves. */
  minRefillCandidates: number;
}>;

/**
 * Whether a peer that is not listed should offer itself: there is room, and fewer contacts than wanted. Every survivor
 * asks this after a failure, so that no place stays empty because each waited for another.
 */
export function wantsCandidates({ maxPeers, minRefillCandidates }: RegistryConfig, listed: number): boolean {
  return listed < Math.min(maxPeers, minRefillCandidates);
}
