/** Below those that systems give to whoever asks for any port, and above the well-known ones. */
const FIRST = 20_000;
const COUNT = 12_000;

/** How many ports are looked at before somebody who reads the tests' output should be told. */
const ATTEMPTS_MAX = 100;

/** While one of ours has a port, it listens there on this address, which nobody else does; its program on another. */
const KEEPER = "127.0.0.2";

/**
 * A port that is free at an address of this machine, for programs that have to be told one, and that no other test gets
 * before this one is disposed of. The system's own choice would not do: until the program has taken it, anybody who asks
 * for any port may be given that one, such as the program itself for its other socket.
 */
export class FreePort implements Disposable {
  readonly number: number;
  readonly #kept: Deno.Listener;

  constructor(hostname = "127.0.0.1") {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const port = FIRST + Math.floor(Math.random() * COUNT);
      const tried = listenAt(hostname, port);
      tried?.close();
      const kept = tried && listenAt(KEEPER, port);
      if (kept === undefined) continue;
      this.number = port;
      this.#kept = kept;
      return;
    }
    throw new Error(`None of ${ATTEMPTS_MAX} ports was free`);
  }

  [Symbol.dispose](): void {
    this.#kept.close();
  }
}

/** The number of a port that is free just now, and not kept from others: for who takes it at once. */
export function freePort(hostname?: string): number {
  using port = new FreePort(hostname);
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
