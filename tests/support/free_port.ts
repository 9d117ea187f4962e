/** Below those that systems give to whoever asks for any port, and above the well-known ones. */
const FIRST = 20_000;
const COUNT = 12_000;

/** How many ports are looked at before somebody who reads the tests' output should be told. */
const ATTEMPTS_MAX = 100;

/** While one of ours has a port, it listens there on this address, which nobody else does; its program on another. */
const KEEPER = "127.0.0.2";

/**
 * A port on 127.0.0.1 that is free, for programs that have to be told one, and that no other test gets before this one
 * is disposed of. The system's own choice would not do: until the program has taken it, anybody who asks for any port
 * may be given that one, such as the program itself for its other socket.
 */
export class FreePort implements Disposable {
  readonly number: number;
  readonly #kept: Deno.Listener;

  constructor() {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const port = FIRST + Math.floor(Math.random() * COUNT);
      const kept = listenAt(KEEPER, port);
      if (kept === undefined) continue;
      const tried = listenAt("127.0.0.1", port);
      tried?.close();
      if (tried !== undefined) {
        this.number = port;
        this.#kept = kept;
        return;
      }
      kept.close();
    }
    throw new Error(`None of ${ATTEMPTS_MAX} ports was free`);
  }

  [Symbol.dispose](): void {
    this.#kept.close();
  }
}

/** The number of a port that is free just now, and not kept from others: for who takes it at once. */
export function freePort(): number {
  using port = new FreePort();
  return port.number;
}

function listenAt(hostname: string, port: number): Deno.Listener | undefined {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
