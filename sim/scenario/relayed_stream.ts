import type { Stream, StreamHandler } from "../../transport/transport.ts";
import { RETRANSMIT_FIRST_MS, RETRANSMIT_GIVE_UP_MS, RETRANSMIT_MAX_MS } from "../network.ts";
import type { Verdict } from "../rule.ts";
import type { Agenda } from "./agenda.ts";

/** Beyond this much that is on its way, who sends has to wait. */
const UNDER_WAY_BYTES_MAX = 256 * 1024;

/** How often it is looked whether a slow receiver has taken what was sent. */
const DRAIN_LOOK_MS = 10;

/** What becomes of a piece of a stream on its way. */
type Passage = (bytes: Uint8Array) => Verdict | "pass";

type RelayedStreamOptions = Readonly<{
  /** The stream of who dialled. */
  near: Stream;
  /** Opens the one to whom it was meant for; `undefined` if that cannot be. */
  connect(handler: StreamHandler): Stream | undefined;
  agenda: Agenda;
  /** From who dialled, and to him. */
  there: Passage;
  back: Passage;
}>;

/** Two streams that are one for those at its ends. Its end and its breaking off travel as its bytes do, and as slowly. */
export class RelayedStream {
  readonly nearHandler: StreamHandler;
  readonly #there: Way;
  readonly #back: Way;
  readonly #near: Stream;
  #far: Stream | undefined;

  constructor({ near, connect, agenda, there, back }: RelayedStreamOptions) {
    this.#near = near;
    const giveUp = (): void => {
      this.#near.destroy();
      this.#far?.destroy();
    };
    this.#there = new Way(agenda, there, giveUp, () => this.#near, () => this.#far);
    this.#back = new Way(agenda, back, giveUp, () => this.#far, () => this.#near);
    this.nearHandler = {
      data: (bytes) => this.#there.carry(bytes, (bytes) => this.#far?.write(bytes)),
      ended: () => this.#there.carry(NOTHING, () => this.#far?.end()),
      closed: (reason) => reason === "ended" ? undefined : this.#there.carry(NOTHING, () => this.#far?.destroy()),
    };
    const farHandler: StreamHandler = {
      data: (bytes) => this.#back.carry(bytes, (bytes) => near.write(bytes)),
      ended: () => this.#back.carry(NOTHING, () => near.end()),
      closed: (reason) => reason === "ended" ? undefined : this.#back.carry(NOTHING, () => near.destroy()),
    };
    this.#there.carry(NOTHING, () => {
      this.#far = connect(farHandler);
      if (this.#far === undefined) near.destroy();
    });
  }
}

type Piece = { readonly bytes: Uint8Array; readonly arrive: (bytes: Uint8Array) => void; isThere: boolean };

/** One direction: what goes in comes out in the same order, each piece when the network lets it. */
class Way {
  readonly #agenda: Agenda;
  readonly #passage: Passage;
  readonly #giveUp: () => void;
  readonly #from: () => Stream | undefined;
  readonly #to: () => Stream | undefined;
  readonly #pieces: Piece[] = [];
  #bytes = 0;
  #pausing = false;

  constructor(
    agenda: Agenda,
    passage: Passage,
    giveUp: () => void,
    from: () => Stream | undefined,
    to: () => Stream | undefined,
  ) {
    this.#agenda = agenda;
    this.#passage = passage;
    this.#giveUp = giveUp;
    this.#from = from;
    this.#to = to;
  }

  carry(bytes: Uint8Array, arrive: (bytes: Uint8Array) => void): void {
    const piece: Piece = { bytes, arrive, isThere: false };
    this.#pieces.push(piece);
    this.#bytes += bytes.length;
    this.#try(piece, this.#agenda.now(), RETRANSMIT_FIRST_MS);
    this.#holdBack();
  }

  #try(piece: Piece, since: number, againAfterMs: number): void {
    const verdict = this.#passage(piece.bytes);
    if (verdict === "pass") return this.#there(piece);
    if (verdict.type === "deliver") return void this.#agenda.after(verdict.afterMs, () => this.#there(piece));
    this.#agenda.after(againAfterMs, () => {
      if (this.#agenda.now() - since >= RETRANSMIT_GIVE_UP_MS) return this.#drop();
      this.#try(piece, since, Math.min(2 * againAfterMs, RETRANSMIT_MAX_MS));
    });
  }

  /** Nobody waits for it any longer: the stream breaks. */
  #drop(): void {
    this.#pieces.length = 0;
    this.#bytes = 0;
    this.#giveUp();
  }

  #there(piece: Piece): void {
    piece.isThere = true;
    while (this.#pieces[0]?.isThere === true) {
      const { bytes, arrive } = this.#pieces.shift()!;
      this.#bytes -= bytes.length;
      arrive(bytes);
    }
  }

  /** Who sends faster than it is taken has to wait. */
  #holdBack(): void {
    if (this.#pausing || this.#underWay <= UNDER_WAY_BYTES_MAX) return;
    this.#pausing = true;
    this.#from()?.pause();
    this.#look();
  }

  #look(): void {
    this.#agenda.after(DRAIN_LOOK_MS, () => {
      if (this.#underWay > UNDER_WAY_BYTES_MAX / 2) return this.#look();
      this.#pausing = false;
      this.#from()?.resume();
    });
  }

  get #underWay(): number {
    return this.#bytes + (this.#to()?.bufferedBytes ?? 0);
  }
}

const NOTHING = new Uint8Array();
