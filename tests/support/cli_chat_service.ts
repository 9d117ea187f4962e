type Entry = Readonly<Record<"id" | "name" | "ip" | "port" | "protocol" | "status" | "timestamp", string>>;

/**
 * A stand-in for the bootstrap service of cli-chat, written from the description of its answers, with its faults: times
 * are compared as text, and nobody is ever evicted.
 */
export class CliChatService implements AsyncDisposable {
  readonly url: string;
  readonly #entries = new Map<string, Entry>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #peersMax = 2;
  #refillMin = 2;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(
      options,
      async (request) => this.#answer(new URL(request.url).pathname, await request.text()),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  #answer(path: string, body: string): Response {
    const words = body.split(" "); // of an empty status, two blanks stand side by side
    switch (path) {
      case "/ping":
        return new Response("OK");
      case "/join":
      case "/refill":
        if (words.length < 7) return failure("error: request has not enough arguments");
        this.#take(path, words);
        break;
      case "/leave":
        this.#entries.delete(words[0]!);
        break;
      case "/reset":
        this.#entries.clear();
        break;
      case "/config":
        [this.#peersMax, this.#refillMin] = [Number(words[0]), Number(words[1])];
        break;
      case "/list":
        return new Response(`${this.#data()}\n`);
      default:
        return new Response("404 page not found\n", { status: 404 });
    }
    return new Response(this.#data());
  }

  #take(path: string, words: readonly string[]): void {
    const [id = "", name = "", ip = "", port = "", protocol = "", status = "", timestamp = ""] = words;
    const entry = { id, name, ip, port, protocol, status, timestamp };
    if (path === "/refill" && this.#entries.has(id)) return;
    if (this.#entries.size < this.#peersMax) return void this.#entries.set(id, entry);
    if (path === "/join") return;
    const youngest = [...this.#entries.values()].toSorted((a, b) => a.timestamp < b.timestamp ? 1 : -1)[0]!;
    if (youngest.timestamp <= timestamp) return;
    this.#entries.delete(youngest.id);
    this.#entries.set(id, entry);
  }

  /** All it has, in JSON as Go writes it: what is empty or nothing is left out. */
  #data(): string {
    const config = { maxpeers: this.#peersMax, minrefillcandidates: this.#refillMin, numpeers: this.#entries.size };
    const peers = [...this.#entries.values()].toSorted((a, b) => a.id < b.id ? -1 : 1);
    const filled = (fields: Readonly<Record<string, string | number>>): unknown =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== 0));
    const data = { Config: filled(config), Peers: Object.fromEntries(peers.map((peer) => [peer.id, filled(peer)])) };
    return JSON.stringify(data, undefined, 2);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function failure(why: string): Response {
  return new Response(`${why}\n`, { status: 500, headers: { "X-Content-Type-Options": "nosniff" } });
}
