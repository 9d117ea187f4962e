/** Somebody's place in a line. */
export type Turn = Readonly<{ name: string }>;

/**
 * Lines, one for each name: what waits in one is done in the order in which it came, once it is ready and all before it
 * is done. Other names are not waited for.
 */
export class Turns {
  readonly #lines = new Map<string, Turn[]>();
  readonly #ready = new Map<Turn, () => void>();

  isWaiting(name: string): boolean {
    return this.#lines.has(name);
  }

  /** A place at the end of the line of `name`. */
  enter(name: string): Turn {
    const turn = { name };
    const line = this.#lines.get(name);
    if (line === undefined) this.#lines.set(name, [turn]);
    else line.push(turn);
    return turn;
  }

  /** Does `act` when its turn has come: at once, if it is the first. */
  ready(turn: Turn, act: () => void): void {
    this.#ready.set(turn, act);
    const line = this.#lines.get(turn.name);
    for (let first = line?.[0]; first !== undefined && this.#ready.has(first); first = line?.[0]) {
      const next = this.#ready.get(first)!;
      this.#ready.delete(first);
      line!.shift();
      if (line!.length === 0) this.#lines.delete(turn.name);
      next();
    }
  }
}
