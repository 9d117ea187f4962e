import type { Stream } from "../../transport/transport.ts";
import type { CliChatMessage } from "../cli_chat.ts";
import type { Context } from "../runtime/behavior.ts";
import type { StreamAccepted } from "../transport/registration.ts";
import { readLine } from "./line_reader.ts";

/** A line takes one packet; a connection that brings none is closed. */
const LINE_TIMEOUT_MS = 5_000;

/** Connections that each bring one line of theirs. */
export class IncomingLines {
  readonly #ctx: Context<CliChatMessage>;
  readonly #count: (what: string) => void;
  readonly #streams = new Map<number, Stream>();
  #last = 0;

  constructor(ctx: Context<CliChatMessage>, count: (what: string) => void) {
    this.#ctx = ctx;
    this.#count = count;
  }

  accept(stream: Stream, adopt: StreamAccepted["adopt"]): void {
    const id = ++this.#last;
    const tell = (message: CliChatMessage): void => this.#ctx.self.tell(message);
    this.#streams.set(id, stream);
    this.#ctx.timers.after(`line ${id}`, LINE_TIMEOUT_MS, { type: "line_late", stream: id });
    adopt(readLine(stream, {
      line: (line) => tell({ type: "line", line }),
      over: (why) => tell({ type: "line_over", stream: id, ...(why === undefined ? {} : { why }) }),
    }));
  }

  late(id: number): void {
    this.#count("lines never finished");
    this.#streams.get(id)?.destroy();
    this.over(id);
  }

  over(id: number, why?: string): void {
    if (!this.#streams.delete(id)) return;
    this.#ctx.timers.cancel(`line ${id}`);
    if (why !== undefined) this.#count(why);
  }
}
