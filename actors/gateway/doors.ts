/** Where clients come in: on the peer's own port, and on ports that are only for them. */
import type { Address } from "../../transport/address.ts";
import type { HttpRequest, HttpResponse, WebSocketAnswer, WebSocketRequest } from "../../transport/transport.ts";
import type { GatewayMemory, GatewayMessage, GatewayOptions } from "../gateway.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef } from "../runtime/ref.ts";
import { type OpenReply, type RegisterReply, transport, type TransportMessage } from "../transport.ts";
import type { Registration } from "../transport/registration.ts";
import { machat } from "./machat.ts";
import { plainAnswer, webSocketAnswer } from "./web_socket.ts";

/** Whether clients can come in somewhere. */
export type DoorOutcome = Readonly<{ ok: true; where?: string }> | Readonly<{ ok: false; why: string }>;

/** A port of our own is for bare streams, or for WebSockets. */
export type DoorKind = "tcp" | "ws";

type GatewayContext = Context<GatewayMessage>;
type DoorDeps = GatewayOptions & Readonly<{ memory: GatewayMemory; transport: () => ActorRef<TransportMessage> }>;

/** Opening a port takes a moment; more means that something is wrong. */
const OPEN_TIMEOUT_MS = 5_000;

/** How a console of Talks begins, which is nearly a request for a WebSocket and goes on otherwise. */
const TALKS_CONSOLE = { start: "GET /?uuid=", header: "Client-Type: console" } as const;

/** Clients at once, on each door: three hundred and then some, and half of the streams that a transport has. */
export const CLIENTS_MAX = 512;

/** As people read it. */
const MEANS: Readonly<Record<DoorKind, string>> = { tcp: "TCP", ws: "WebSocket" };

/** Has clients come to the gateway by all its doors; what became of each is told as a `door`. */
export function openDoors(ctx: GatewayContext, deps: DoorDeps): void {
  const { onPeersPort, tcp, ws } = deps;
  if (onPeersPort) register(ctx, deps, deps.transport());
  if (tcp !== undefined) openDoor(ctx, deps, "tcp", tcp);
  if (ws !== undefined) openDoor(ctx, deps, "ws", ws);
}

/** Has the clients on a port come here. */
function register(ctx: GatewayContext, deps: DoorDeps, transport: ActorRef<TransportMessage>): void {
  const silent = machat.refusal("Nothing came in time");
  claim(ctx, transport, { type: "plain_streams", silent, to: ctx.self, streamsMax: CLIENTS_MAX });
  if (deps.talks) letConsolesIn(ctx, transport);
}

/** Those of Talks begin as a request over HTTP does. */
function letConsolesIn(ctx: GatewayContext, transport: ActorRef<TransportMessage>): void {
  claim(ctx, transport, { type: "http_streams", ...TALKS_CONSOLE, to: ctx.self, streamsMax: CLIENTS_MAX });
}

function claim(ctx: GatewayContext, transport: ActorRef<TransportMessage>, registration: Registration): void {
  ctx.pipeToSelf(
    ctx.ask<TransportMessage, RegisterReply>(
      transport,
      (replyTo) => ({ type: "register", registration, replyTo }),
      OPEN_TIMEOUT_MS,
    ),
    (reply) => ({ type: "door", outcome: reply.ok ? { ok: true } : reply }),
    (error) => ({ type: "door", outcome: { ok: false, why: String(error) } }),
  );
}

/** A port only for clients: what comes there is told apart, timed and counted as on the peer's. */
function openDoor(ctx: GatewayContext, deps: DoorDeps, kind: DoorKind, bind: Address): void {
  const { openTransport, talks, memory: { ports } } = deps;
  const memory = ports.get(kind) ?? { closing: Promise.resolve() };
  ports.set(kind, memory);
  const webSocket = (request: WebSocketRequest): WebSocketAnswer => webSocketAnswer(request, () => ctx.self, talks);
  const overHttp = kind === "tcp" ? {} : { http: answerPlainly, webSocket };
  const door = ctx.spawn(kind, transport({ openTransport, memory, ...overHttp }), { restart: "permanent" });
  if (kind === "tcp") register(ctx, deps, door);
  else if (talks) letConsolesIn(ctx, door);
  const build = (replyTo: ActorRef<OpenReply>) => ({ type: "open", bind, name: "", replyTo }) as const;
  ctx.pipeToSelf(
    ctx.ask(door, build, OPEN_TIMEOUT_MS),
    (reply) => ({
      type: "door",
      outcome: reply.ok
        ? { ok: true, where: `Clients over ${MEANS[kind]} are let in at ${reply.address}` }
        : { ok: false, why: reply.error.message },
    }),
    (error) => ({ type: "door", outcome: { ok: false, why: String(error) } }),
  );
}

/** A port for WebSockets has nothing else. */
function answerPlainly(request: HttpRequest): Promise<HttpResponse> {
  const nothing = {
    status: 404,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
    body: "404 page not found\n",
  };
  return Promise.resolve(plainAnswer(request) ?? nothing);
}
