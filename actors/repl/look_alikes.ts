import { skeletonOf } from "../skeleton.ts";

/** Knows of each name whether somebody who came before has one that looks the same. */
export class LookAlikes {
  /** Names by what they look like, in the order of coming. */
  readonly #names = new Map<string, Set<string>>();

  meet(name: string): void {
    const key = skeletonOf(name);
    const alike = this.#names.get(key) ?? new Set();
    this.#names.set(key, alike.add(name));
  }

  part(name: string): void {
    const key = skeletonOf(name);
    const alike = this.#names.get(key);
    alike?.delete(name);
    if (alike?.size === 0) this.#names.delete(key);
  }

  /** Whose name this one looks like, if that one came first. */
  of(name: string): string | undefined {
    const [first] = this.#names.get(skeletonOf(name)) ?? [];
    return first === name ? undefined : first;
  }
}
