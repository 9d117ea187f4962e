import { assertEquals, assertRejects } from "@std/assert";
import { NatsClient, type NatsEvent, NatsReader } from "../../../bench/broadcast/nats_client.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function shown(event: NatsEvent): string {
  return event.type === "message" ? `message ${decode(event.payload)}` : event.type;
}

Deno.test("what a server says is understood wherever it is cut", () => {
  const said = "INFO {}\r\n+OK\r\nPING\r\nMSG room 1 5\r\na\r\nbc\r\nMSG room 1 reply 2\r\nhi\r\nPONG\r\n-ERR 'no'\r\n";
  const bytes = encode(said);
  const all = ["ping", "message a\r\nbc", "message hi", "pong", "error"];
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new NatsReader();
    const events = [...reader.push(bytes.slice(0, cut)), ...reader.push(bytes.slice(cut))];
    assertEquals(events.map(shown), all, `cut at ${cut}`);
  }
  const reader = new NatsReader();
  assertEquals([...bytes].flatMap((byte) => reader.push(Uint8Array.of(byte))).map(shown), all);
});

/** A server that serves one client: it greets, answers each PING but those in `deaf`, and notes all else. */
class FakeServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;
  readonly address = `127.0.0.1:${this.#listener.addr.port}`;
  said = "";
  readonly #waiting = new Set<() => void>();
  #connection: Deno.TcpConn | undefined;

  constructor(answer: string) {
    this.#serving = this.#serve(answer);
  }

  /** Resolves when the client has said that. */
  async heard(text: string): Promise<void> {
    while (!this.said.includes(text)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async says(text: string): Promise<void> {
    await this.#connection!.write(encode(text));
  }

  async #serve(answer: string): Promise<void> {
    this.#connection = await this.#listener.accept();
    await this.says("INFO {}\r\n");
    const buffer = new Uint8Array(1024);
    for (;;) {
      const length = await this.#connection.read(buffer).catch(() => null); // closed
      if (length === null) return;
      const before = this.said.length;
      this.said += decode(buffer.subarray(0, length));
      if (this.said.slice(before).includes("PING\r\n")) await this.says(answer);
      for (const resolve of this.#waiting) resolve();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#connection?.close();
    await this.#serving;
  }
}

Deno.test("a client subscribes, publishes, hears and answers pings", { timeout: 10_000 }, async () => {
  await using server = new FakeServer("PONG\r\n");
  const heard: string[] = [];
  const client = await NatsClient.connect(server.address, "room", (payload) => heard.push(decode(payload)));
  assertEquals(
    server.said,
    `CONNECT {"verbose":false,"pedantic":false,"echo":false}\r\nSUB room 1\r\nPING\r\n`,
  );
  await client.publish([encode("one"), encode("to")]);
  await server.heard("PUB room 3\r\none\r\nPUB room 2\r\nto\r\n");
  await server.says("MSG room 1 2\r\nhi\r\nPING\r\n");
  await server.heard("PONG\r\n");
  assertEquals(heard, ["hi"]);
  client.close();
  await client.ended;
});

Deno.test("a server that complains ends the client with its words", { timeout: 10_000 }, async () => {
  await using server = new FakeServer("-ERR 'Authorization Violation'\r\n");
  await assertRejects(
    () => NatsClient.connect(server.address, "room", () => {}),
    Error,
    "-ERR 'Authorization Violation'",
  );
});
