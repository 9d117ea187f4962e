import { type DeliveryNote, encodeNotes } from "./delivery_notes.ts";
import { guestNamesOf, isNameOf, type Line } from "./format.ts";
import { Unsettled } from "./unsettled.ts";

/** What was said in a room, for one member of cli-chat. */
export type TextFor = DeliveryNote & Readonly<{ line: Uint8Array }>;

/** Notes that wait to be told; they go out several times a second. */
const NOTES_WAITING_MAX = 1_024;

/**
 * What makes that nothing is lost between two that let cli-chat's members in, one after the other. While another peer
 * does it, we keep what it is to do until we hear that it is done: lines of theirs, until the room hears them, and the
 * room's texts, until the other has brought them. While we do it, we note what is done.
 */
export class Handover {
  readonly #lines: Unsettled<Line, Readonly<{ guest: string; text: string }>>;
  readonly #texts = new Unsettled<TextFor, DeliveryNote>(isAbout);
  readonly #notes: DeliveryNote[] = [];

  /** `nodes` are theirs that we know. */
  constructor(nodes: () => readonly string[]) {
    this.#lines = new Unsettled(({ guest, text }, line) =>
      text === line.text && nodes().some((node) => isNameOf(line.name, node) && guestNamesOf(node).includes(guest))
    );
  }

  /** One of theirs has said this to us, as to all of ours; how many older ones were given up. */
  lineCame(line: Line, now: number): number {
    return this.#lines.keep(line, now);
  }

  /** The room has heard this of one of theirs. */
  lineSaid(guest: string, text: string, now: number): void {
    this.#lines.settle({ guest, text }, now);
  }

  /** Somebody said this in the room; how many older ones were given up. */
  textSaid(text: TextFor, now: number): number {
    return this.#texts.keep(text, now);
  }

  /** Another peer has brought this to one of theirs. */
  textBrought(note: DeliveryNote, now: number): void {
    this.#texts.settle(note, now);
  }

  /** It is our turn: what we have to do in the other's place. */
  takeOver(now: number): Readonly<{ lines: readonly Line[]; texts: readonly TextFor[] }> {
    return { lines: this.#lines.take(now), texts: this.#texts.take(now) };
  }

  /** We have brought this to one of theirs, or given it up. */
  note(note: DeliveryNote): void {
    if (this.#notes.length < NOTES_WAITING_MAX) this.#notes.push(note);
  }

  /** What the others have to be told. */
  takeNotes(): Uint8Array[] {
    return encodeNotes(this.#notes.splice(0));
  }
}

/** What is said twice in a millisecond by one is brought twice, and noted twice. */
function isAbout(note: DeliveryNote, text: TextFor): boolean {
  return note.node === text.node && note.author === text.author && note.wallMs === text.wallMs;
}
