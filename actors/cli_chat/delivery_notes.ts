import * as v from "valibot";
import { parseJson } from "./format.ts";

/**
 * What the peer that brings the room's texts to members of cli-chat tells those that would have to do it in its place:
 * to whom it has brought what. It goes to peers of ours only, beside the records of cli-chat.
 */
export type DeliveryNote = Readonly<{ node: string; author: string; wallMs: number }>;

/** What fits into a packet with everything around it. */
const NOTES_BYTES_MAX = 1_000;

/** So many can be in a packet, if names are short. */
const NOTES_MAX = 64;

const NOTES = v.strictObject({
  delivered: v.pipe(v.array(v.tuple([v.string(), v.string(), v.number()])), v.maxLength(NOTES_MAX)),
});

/** The notes, in as many payloads as they need. */
export function encodeNotes(notes: readonly DeliveryNote[]): Uint8Array[] {
  const payloads: string[][] = [];
  let bytes = Infinity;
  for (const { node, author, wallMs } of notes) {
    const note = JSON.stringify([node, author, wallMs]);
    const length = new TextEncoder().encode(note).length + 1;
    const last = payloads.at(-1);
    if (last === undefined || bytes + length > NOTES_BYTES_MAX || last.length >= NOTES_MAX) {
      payloads.push([note]);
      bytes = length;
    } else {
      last.push(note);
      bytes += length;
    }
  }
  return payloads.map((notes) => new TextEncoder().encode(`{"delivered":[${notes.join(",")}]}`));
}

/** The notes in a payload; `undefined` where it is something else. */
export function decodeNotes(payload: Uint8Array): readonly DeliveryNote[] | undefined {
  const parsed = v.safeParse(NOTES, parseJson(payload));
  return parsed.success
    ? parsed.output.delivered.map(([node, author, wallMs]) => ({ node, author, wallMs }))
    : undefined;
}
