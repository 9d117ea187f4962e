/**
 * As much of libp2p's packages as a member of a topic takes. They are in a configuration of their own beside this file,
 * and loaded by names that Deno does not see beforehand: every peer of ours would fetch them, because Deno fetches all
 * that the project's own configuration names. So what we use of them is declared here.
 */

export interface Libp2pNode {
  getMultiaddrs(): readonly Readonly<{ toString(): string }>[];
  dial(address: unknown): Promise<unknown>;
  readonly services: Readonly<{ pubsub: PubSub }>;
}

interface PubSub {
  subscribe(topic: string): void;
  getSubscribers(topic: string): readonly unknown[];
  publish(topic: string, bytes: Uint8Array): Promise<unknown>;
  addEventListener(type: "message", heard: (event: CustomEvent<Readonly<{ data: Uint8Array }>>) => void): void;
}

type Make = (options?: unknown) => unknown;

/**
 * Everybody here has one address. By default a node takes five connections a second from one address, and thinks so ill
 * of more than ten members at one that it does not listen to them. All else is as it is by default.
 */
const CONNECTIONS = { inboundConnectionThreshold: 1_000, maxIncomingPendingConnections: 100 };
const SCORES = { IPColocationFactorWeight: 0 };

/** Starts a member that listens on this machine. */
export async function startNode(gossipsubOptions: Readonly<Record<string, unknown>>): Promise<Libp2pNode> {
  const [libp2p, tcp, noise, yamux, identify, gossipsub] = await Promise.all([
    load("libp2p", "createLibp2p"),
    load("@libp2p/tcp", "tcp"),
    load("@libp2p/noise", "noise"),
    load("@libp2p/yamux", "yamux"),
    load("@libp2p/identify", "identify"),
    load("@libp2p/gossipsub", "gossipsub"),
  ]);
  return await libp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: CONNECTIONS,
    services: { identify: identify(), pubsub: gossipsub({ scoreParams: SCORES, ...gossipsubOptions }) },
  }) as Libp2pNode;
}

/** An address as the packages want it. */
export async function toAddress(text: string): Promise<unknown> {
  return (await load("@multiformats/multiaddr", "multiaddr"))(text);
}

async function load(packageName: string, name: string): Promise<Make> {
  const loaded: Readonly<Record<string, Make>> = await import(packageName);
  return loaded[name]!;
}
