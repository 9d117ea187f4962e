import type { Address } from "../../transport/address.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { StepResult, Steps } from "./steps.ts";

/** Tries to be a member again before a peer goes on alone: as long as a name at an old address may count as taken. */
const ATTEMPTS_MAX = 60;

/**
 * Moving to another address, because that at which others know this peer is not its machine's any more. To memberlist a
 * known name at another address is a conflict, unless it left (rule A5 of its `aliveNode`). So we leave, if that can be
 * heard, and begin anew under the new address; whoever did not hear it lets us in when it has found the old one dead and
 * forgotten it.
 */
export class Relocation {
  readonly #steps: Steps;
  readonly #wasRegistered: boolean;
  #contacts: readonly Address[] = [];
  #rooms: readonly RoomName[] = [];
  #attempts = 0;
  #begun = false;

  constructor(steps: Steps) {
    this.#steps = steps;
    this.#wasRegistered = steps.candidateId !== undefined;
  }

  /** One try, from where the last one stopped; says why there has to be another, if so. */
  async attempt(): Promise<StepResult<Address>> {
    const steps = this.#steps;
    if (!this.#begun) await this.#goAway();
    if (steps.address === undefined) {
      const configured = await steps.configure();
      if (!configured.ok) return configured;
    }
    if (!steps.created) {
      const created = await steps.create();
      if (!created.ok) return created;
      await steps.start();
      if (this.#wasRegistered) await steps.bootstrapJoin();
    }
    const joined = await steps.join(this.#contacts);
    if (!joined.ok && ++this.#attempts < ATTEMPTS_MAX) return joined;
    for (const room of this.#rooms) await steps.chatJoin(room);
    return { ok: true, value: steps.address! };
  }

  async #goAway(): Promise<void> {
    const steps = this.#steps;
    this.#begun = true;
    this.#contacts = (await steps.members()).map(({ address }) => address).filter((address) =>
      address !== steps.address
    );
    this.#rooms = steps.rooms;
    if (steps.isMember) await steps.leave();
    if (steps.created) await steps.shutdown();
  }
}
