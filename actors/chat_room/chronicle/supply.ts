import { encodeLogMessage } from "../../history/log_message.ts";
import type { RoomLog } from "../../history/room_log.ts";
import type { Serving } from "../../history/serving.ts";
import type { Span } from "../../history/store.ts";
import type { ChronicleWorld } from "./world.ts";

/** Who wants more than is given at once gets the next of it after this. */
const SERVE_EVERY_MS = 20;

type SupplyDeps = Readonly<{ log: RoomLog; serving: Serving; world: ChronicleWorld }>;

/** Gives others what they lack of the logs, as fast as can be borne. */
export class Supply {
  readonly #deps: SupplyDeps;

  constructor(deps: SupplyDeps) {
    this.#deps = deps;
  }

  wanted(from: string, span: Span): void {
    const { serving, world } = this.#deps;
    if (serving.asks(from, span, world.now())) this.#give(from, span);
    else if (serving.isWaiting) world.setTimer("serve", SERVE_EVERY_MS);
  }

  /** Some of those who wait may be given what they want by now. */
  giveNext(): void {
    const { serving, world } = this.#deps;
    for (const { from, span } of serving.next(world.now())) this.#give(from, span);
    if (serving.isWaiting) world.setTimer("serve", SERVE_EVERY_MS);
  }

  #give(to: string, span: Span): void {
    const { log, serving, world } = this.#deps;
    let bytes = 0;
    for (const page of log.pagesOf(span)) {
      const payload = encodeLogMessage(page);
      bytes += payload.length;
      world.sendTo(to, payload);
    }
    serving.sent(to, bytes);
    world.sendTo(to, encodeLogMessage({ type: "lacking", span }));
  }
}
