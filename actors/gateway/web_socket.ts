import { isNeighboursOrigin, isOwnOrigin } from "../../transport/origin.ts";
import type {
  HttpRequest,
  HttpResponse,
  WebSocketAnswer,
  WebSocketConnection,
  WebSocketHandler,
  WebSocketRequest,
} from "../../transport/transport.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { ClientConnection } from "./client.ts";
import type { Dialect } from "./dialect.ts";
import { machat } from "./machat.ts";
import { page } from "./page.ts";
import { talks } from "./talks.ts";

/** What is spoken where, and whose pages may. */
type Spoken = Readonly<{ dialect: Dialect; isAllowed: typeof isOwnOrigin }>;

const SPOKEN: ReadonlyMap<string, Spoken> = new Map([
  ["/mychat", { dialect: machat, isAllowed: isOwnOrigin }],
  ["/page", { dialect: page, isAllowed: isOwnOrigin }],
]);

/** Its page is served by another program, on whatever port, and asks for the root with its id. */
const TALKS: Spoken = { dialect: talks, isAllowed: isNeighboursOrigin };

function spokenAt(path: string, letsTalksIn: boolean): Spoken | undefined {
  if (letsTalksIn && /^\/\?uuid=/.test(path)) return TALKS;
  return SPOKEN.get(path.replace(/\?.*$/, ""));
}

/** What a request over HTTP is answered that names the place of a WebSocket and asks for none; MaChat's words. */
export function plainAnswer({ path }: HttpRequest): HttpResponse | undefined {
  if (path.replace(/\?.*$/, "") !== "/mychat") return undefined;
  return { status: 400, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: "Bad Request\n" };
}

/** Somebody has opened a WebSocket; until it is adopted, what it brings is kept, within bounds. */
export type WebSocketOpened = Readonly<{
  type: "web_socket";
  connection: ClientConnection;
  dialect: Dialect;
  adopt: (handler: WebSocketHandler) => void;
}>;

/** Messages kept until a WebSocket is adopted, which is a turn later. */
const EARLY_MESSAGES_MAX = 8;

/** Codes of RFC 6455: all is said; come again later. */
const NORMAL = 1000;
const TRY_AGAIN_LATER = 1013;

/** Lets pages of ours, and whoever is no page, in to the keeper of clients; by the path it is known what they speak. */
export function webSocketAnswer(
  { path, origin, host }: WebSocketRequest,
  keeper: () => ActorRef<WebSocketOpened>,
  letsTalksIn = false,
): WebSocketAnswer {
  const spoken = spokenAt(path, letsTalksIn);
  if (spoken === undefined) return { ok: false, status: 404, why: "There is no WebSocket here" };
  const { dialect, isAllowed } = spoken;
  if (!isAllowed(origin, host)) return { ok: false, status: 403, why: "This is not for other people's pages" };
  return { ok: true, opened: (connection) => offer(connection, dialect, keeper()) };
}

function offer(
  connection: WebSocketConnection,
  dialect: Dialect,
  keeper: ActorRef<WebSocketOpened>,
): WebSocketHandler {
  let handler: WebSocketHandler | undefined;
  let isBinary = false; // as the client's last message was: so MaChat answers
  const early: ((handler: WebSocketHandler) => void)[] = [];
  const tell = (what: (handler: WebSocketHandler) => void): void => {
    if (handler !== undefined) return what(handler);
    if (early.length >= EARLY_MESSAGES_MAX) connection.pause();
    early.push(what);
  };
  const adopt = (adopter: WebSocketHandler): void => {
    if (handler !== undefined) return;
    if (early.length >= EARLY_MESSAGES_MAX) connection.resume();
    handler = adopter;
    for (const what of early.splice(0)) what(adopter);
  };
  try {
    const face = clientConnection(connection, () => isBinary);
    keeper.tell({ type: "web_socket", connection: face, dialect, adopt });
  } catch { // too much waits for the keeper already
    connection.close(TRY_AGAIN_LATER, "Come again later");
  }
  return {
    message: (bytes, isBytes) => {
      isBinary = isBytes;
      tell((handler) => handler.message(bytes, isBytes));
    },
    closed: () => tell((handler) => handler.closed()),
  };
}

function clientConnection(connection: WebSocketConnection, isBinary: () => boolean): ClientConnection {
  return {
    remote: connection.remote,
    get bufferedBytes() {
      return connection.bufferedBytes;
    },
    send: (bytes) => connection.send(bytes, isBinary()),
    close: (why) => connection.close(why === "" ? NORMAL : POLICY_VIOLATION, why),
    destroy: () => connection.destroy(),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
  };
}

/** Code of RFC 6455 for everything that we hang up on somebody for. */
const POLICY_VIOLATION = 1008;
