import type { Address } from "../../transport/address.ts";
import type { StreamHandler } from "../../transport/transport.ts";
import type { CliChatMessage } from "../cli_chat.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { DialReply } from "../transport.ts";

type DoubtsDeps = Readonly<{
  self: ActorRef<CliChatMessage>;
  /** Where that member's program listens, as its record says. */
  placeOf(name: string): Address | undefined;
  dial(to: Address, handler: StreamHandler): Promise<DialReply>;
}>;

/** Members that failed: before one is taken out of the chat, it is looked whether its program is there after all. */
export class Doubts {
  readonly #deps: DoubtsDeps;
  readonly #names = new Set<string>();

  constructor(deps: DoubtsDeps) {
    this.#deps = deps;
  }

  /** `checked` follows. */
  check(name: string): void {
    const { self, placeOf, dial } = this.#deps;
    const place = placeOf(name);
    if (place === undefined) return;
    this.#names.add(name);
    const tell = (isThere: boolean): void => self.tell({ type: "checked", node: name, isThere });
    let isOpen = false;
    const handler = {
      opened: () => {
        isOpen = true;
        tell(true);
      },
      data: () => {},
      closed: () => isOpen ? undefined : tell(false),
    };
    dial(place, handler).then((reply) => reply.ok ? reply.stream.end() : undefined, () => {});
  }

  checkAgain(): void {
    for (const name of this.#names) this.check(name);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** It is back, or gone for good. */
  settle(name: string): void {
    this.#names.delete(name);
  }
}
