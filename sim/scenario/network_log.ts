import type { Address } from "../../transport/address.ts";
import type { Carried, Verdict } from "../rule.ts";
import { clock } from "./clock.ts";

/** So many events are told of a failure. */
const EVENTS_MAX = 10;

/** The last things that the network did not simply deliver. */
export class NetworkLog {
  readonly #whoIs: (address: Address) => string | undefined;
  #events: { readonly atMs: number; readonly text: string; times: number }[] = [];

  constructor(whoIs: (address: Address) => string | undefined) {
    this.#whoIs = whoIs;
  }

  /** Keeps what was dropped; the same again and again is one line. */
  note(atMs: number, { kind, from, to }: Carried, verdict: Verdict): void {
    if (verdict.type === "deliver" || kind === "ack") return;
    const what = kind === "packet" ? "a packet was dropped" : "a piece of a stream was held up";
    const text = `${this.#whoIs(from) ?? from} -> ${this.#whoIs(to) ?? to}: ${what}`;
    const same = this.#events.findIndex((event) => event.text === text);
    const times = same < 0 ? 1 : this.#events.splice(same, 1)[0]!.times + 1;
    this.#events.push({ atMs, text, times });
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  get lines(): readonly string[] {
    return this.#events.map(({ atMs, text, times }) =>
      `${clock(atMs)}  ${text}${times === 1 ? "" : `, the last of ${times}`}`
    );
  }
}
