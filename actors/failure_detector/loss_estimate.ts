/** Probes of members who turned out to be there that are looked at: about a minute of them. */
const PROBES = 64;

/** How many of the last probes had no straight answer although who was probed is there: what the network loses. */
export class LossEstimate {
  readonly #lost: boolean[] = [];

  note(isLost: boolean): void {
    this.#lost.push(isLost);
    if (this.#lost.length > PROBES) this.#lost.shift();
  }

  /** In percent, of pings and acks together: who loses one of ten datagrams either way has some 19 here. */
  get percent(): number {
    const lost = this.#lost.filter(Boolean).length;
    return this.#lost.length === 0 ? 0 : Math.round(100 * lost / this.#lost.length);
  }
}
