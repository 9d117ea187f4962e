// @ts-check
/// <reference lib="dom" />
import { parse, retryDelayMs } from "./protocol.js";

/** Within this time the peer has let us in, or something is between us. */
const WELCOME_MS = 10_000;

/**
 * The page's way to its peer. It is kept until `close`: when it breaks, it is made anew, and the same name joins the
 * same room.
 */
export class Connection {
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #attempt = 0;
  #wasIn = false;
  #isClosed = false;

  /**
   * @param {Readonly<{ name: string, room: string }>} who
   * @param {Readonly<{
   *   message: (message: import("./protocol.js").FromPeer) => void,
   *   lost: (retryMs: number) => void,
   *   refused: (why: string) => void,
   * }>} handler
   */
  constructor(who, handler) {
    this.who = who;
    this.handler = handler;
    this.#open();
  }

  /**
   * Says something; false when there is nobody to hear it.
   * @param {string} text
   */
  say(text) {
    if (!this.isIn || this.#socket === undefined) return false;
    this.#socket.send(JSON.stringify({ type: "say", text }));
    return true;
  }

  /** Whether we are in the room now. */
  isIn = false;

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #open() {
    const socket = new WebSocket(new URL("page", location.href.replace(/^http/, "ws").replace(/[?#].*$/, "")));
    this.#socket = socket;
    socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "join", ...this.who })));
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket || this.#isClosed) return;
      const message = parse(data);
      if (message !== undefined) this.#heard(message);
    });
    socket.addEventListener("close", () => this.#ended(socket));
    this.#timer = setTimeout(() => {
      socket.close();
      this.#ended(socket);
    }, WELCOME_MS);
  }

  /** @param {import("./protocol.js").FromPeer} message */
  #heard(message) {
    if (message.type === "refused") {
      // Whoever was in the room comes back: the peer may not have noticed yet that he was gone.
      if (this.#wasIn) return;
      this.close();
      return this.handler.refused(message.why);
    }
    if (message.type === "here") {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#wasIn = this.isIn = true;
    }
    this.handler.message(message);
  }

  /** @param {WebSocket} socket */
  #ended(socket) {
    if (socket !== this.#socket || this.#isClosed) return;
    this.#socket = undefined;
    this.isIn = false;
    clearTimeout(this.#timer);
    const retryMs = retryDelayMs(++this.#attempt, Math.random());
    this.#timer = setTimeout(() => this.#open(), retryMs);
    this.handler.lost(retryMs);
  }
}
