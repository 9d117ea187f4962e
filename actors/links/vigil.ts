import type { Protection } from "../../transport/wire/protection.ts";
import type { Connection } from "./connection.ts";
import type { Link } from "./link.ts";
import { Rounds } from "./rounds.ts";

/** A connection that has not said hello by then is closed. */
const HELLO_TIMEOUT_MS = 5_000;
/** Silence after which a ping is sent where somebody waits for something of the other side, or it was told something. */
const PING_AFTER_MS = 4_000;
/**
 * The same where nobody does: often enough for what lies between to remember the connection, and for the next message
 * to find one that works; and no more, because a member may have as many links as there are others.
 */
const IDLE_PING_AFTER_MS = 8_000;
/**
 * How long an answer to a ping may take, until the connection counts as dead, and what was said into it as lost. Where
 * three of ten packets get lost, some living ones bring nothing for 8 s.
 */
const PONG_TIMEOUT_MS = 12_000;
/** How long a connection may be silent once our half of it is ended. */
const END_TIMEOUT_MS = 12_000;

type VigilDeps = Readonly<{
  /** How often it is looked, at most. */
  everyMs: number;
  now(): number;
  /** The link that a connection belongs to, if it does. */
  linkOf(connection: Connection): Link | undefined;
  /** Asks for a sign of life. */
  ping(connection: Connection): void;
  /** Something should have come by now. */
  timedOut(connection: Connection): void;
  /** It was opened as it would not be any more. */
  outdated(connection: Connection): void;
}>;

/** Watches over all connections: which of them are alive, and when each is looked after next. */
export class Vigil {
  readonly #deps: VigilDeps;
  readonly #live = new Set<Connection>();
  readonly #rounds: Rounds<Connection>;
  /** As it was when connections were last looked after. */
  #protectionSeen: Protection | undefined;

  constructor(deps: VigilDeps) {
    this.#deps = deps;
    this.#rounds = new Rounds(deps.everyMs);
  }

  /** Oldest first: those of links, those that have not said whose they are, and retired ones. */
  get connections(): Iterable<Connection> {
    return this.#live;
  }

  get size(): number {
    return this.#live.size;
  }

  has(connection: Connection): boolean {
    return this.#live.has(connection);
  }

  add(connection: Connection): void {
    this.#live.add(connection);
    this.lookSoon(connection);
  }

  /** False if it was dropped already. */
  drop(connection: Connection): boolean {
    this.#rounds.drop(connection);
    return this.#live.delete(connection);
  }

  lookSoon(connection: Connection): void {
    this.#rounds.plan(connection, 0);
  }

  /** Somebody waits for something of the other side from now on: how it is has to be looked after closely. */
  stir(link: Link): void {
    for (const connection of link.connections) this.lookSoon(connection);
  }

  /** What is said into a connection that is dead is lost, so it is not long believed to live. */
  said(connection: Connection): void {
    if (connection.saidAt >= connection.heardAt) return;
    connection.saidAt = this.#deps.now();
    this.#rounds.plan(connection, connection.saidAt + PING_AFTER_MS);
  }

  /** Looks after those who are due; after all, if how they are protected has changed. */
  look(protection: Protection): void {
    const now = this.#deps.now();
    const isSame = protection === this.#protectionSeen;
    this.#protectionSeen = protection;
    for (const connection of isSame ? this.#rounds.take(now) : [...this.#live]) {
      this.#lookAfter(connection, protection, now);
    }
  }

  #lookAfter(connection: Connection, protection: Protection, now: number): void {
    if (!this.#live.has(connection)) return; // another one took it along in this round
    this.#rounds.plan(connection, now);
    if (isOverdue(connection, now)) this.#deps.timedOut(connection);
    else if (!connection.isUpToDate(protection)) this.#deps.outdated(connection);
    else if (connection.established && !connection.retired && connection.askedAt <= connection.heardAt) {
      this.#lookWhetherAlive(connection, now);
    }
  }

  #lookWhetherAlive(connection: Connection, now: number): void {
    const { heardAt, saidAt } = connection;
    // Half a frame keeps memory of ours, so it is waited for as well.
    const isAwaited = saidAt >= heardAt || connection.isWithinFrame || this.#deps.linkOf(connection)?.needed === true;
    if (now - heardAt > (isAwaited ? PING_AFTER_MS : IDLE_PING_AFTER_MS)) {
      connection.askedAt = now;
      this.#deps.ping(connection);
    } else if (!isAwaited) this.#rounds.plan(connection, heardAt + IDLE_PING_AFTER_MS);
  }
}

/** Whether something should have come of this connection by now. */
function isOverdue({ established, retired, openedAt, heardAt, askedAt }: Connection, now: number): boolean {
  if (!established) return now - openedAt > HELLO_TIMEOUT_MS;
  if (retired) return now - Math.max(heardAt, askedAt) > END_TIMEOUT_MS;
  return askedAt > heardAt && now - askedAt >= PONG_TIMEOUT_MS;
}
