import { isOwnOrigin } from "../../transport/origin.ts";
import type {
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

/** What is spoken where. */
const DIALECTS: ReadonlyMap<string, Dialect> = new Map([["/mychat", machat], ["/page", page]]);

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
): WebSocketAnswer {
  const dialect = DIALECTS.get(path.replace(/\?.*$/, ""));
  if (dialect === undefined) return { ok: false, status: 404, why: "There is no WebSocket here" };
  if (!isOwnOrigin(origin, host)) return { ok: false, status: 403, why: "This is not for other people's pages" };
  return { ok: true, opened: (connection) => offer(connection, dialect, keeper()) };
}

function offer(
  connection: WebSocketConnection,
  dialect: Dialect,
  keeper: ActorRef<WebSocketOpened>,
): WebSocketHandler {
  let handler: WebSocketHandler | undefined;
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
    keeper.tell({ type: "web_socket", connection: clientConnection(connection), dialect, adopt });
  } catch { // too much waits for the keeper already
    connection.close(TRY_AGAIN_LATER, "Come again later");
  }
  return {
    message: (bytes, isBinary) => tell((handler) => handler.message(bytes, isBinary)),
    closed: () => tell((handler) => handler.closed()),
  };
}

function clientConnection(connection: WebSocketConnection): ClientConnection {
  return {
    get bufferedBytes() {
      return connection.bufferedBytes;
    },
    send: (bytes) => connection.send(bytes),
    close: (why) => connection.close(why === "" ? NORMAL : POLICY_VIOLATION, why),
    destroy: () => connection.destroy(),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
  };
}

/** Code of RFC 6455 for everything that we hang up on somebody for. */
const POLICY_VIOLATION = 1008;
