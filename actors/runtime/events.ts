/** A named kind of event; the name is for people, the object is the identity. */
export interface Topic<E> {
  readonly name: string;
  /** Never set; it ties the type of the events to the topic. */
  readonly event?: E;
}

/** Makes a topic. Export it beside the type of its events. */
export function topic<E>(name: string): Topic<E> {
  return { name };
}

/**
 * Publish and subscribe inside one system. Subscribers are called at once, in the order of subscription; what one of
 * them throws is told to `failed`, and the others hear the event all the same.
 */
export class EventStream {
  readonly #failed: (topic: string, error: unknown) => void;
  readonly #subscribers = new Map<Topic<unknown>, Set<(event: unknown) => void>>();

  constructor(failed: (topic: string, error: unknown) => void = () => {}) {
    this.#failed = failed;
  }

  publish<E>(to: Topic<E>, event: E): void {
    const subscribers = this.#subscribers.get(to as Topic<unknown>);
    if (subscribers === undefined) return;
    for (const hear of [...subscribers]) {
      if (!subscribers.has(hear)) continue; // one before it unsubscribed it
      try {
        hear(event);
      } catch (error) {
        this.#failed(to.name, error);
      }
    }
  }

  /** Whether anybody would hear it: what is costly to say need not be made up otherwise. */
  hasSubscribers<E>(to: Topic<E>): boolean {
    return this.#subscribers.has(to as Topic<unknown>);
  }

  /** Hears every later event of the topic until the returned function is called. */
  subscribe<E>(to: Topic<E>, hear: (event: E) => void): () => void {
    const key = to as Topic<unknown>;
    const set = this.#subscribers.get(key) ?? new Set();
    this.#subscribers.set(key, set);
    const entry = (event: unknown): void => hear(event as E);
    set.add(entry);
    return () => {
      if (set.delete(entry) && set.size === 0) this.#subscribers.delete(key);
    };
  }
}
