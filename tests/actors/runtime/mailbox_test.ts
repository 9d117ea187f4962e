import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Deadlines } from "../../../actors/runtime/deadlines.ts";
import { Envelope, messageOf } from "../../../actors/runtime/envelope.ts";
import { NOTHING } from "../../../actors/runtime/fifo.ts";
import { Mailbox } from "../../../actors/runtime/mailbox.ts";
import { ReplySlot } from "../../../actors/runtime/reply_slot.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";

type Command = "push" | "push when room" | "give up" | "own" | "shift" | "put aside" | "take back" | "end a life";
const COMMANDS: readonly Command[] = [
  "push",
  "push when room",
  "give up",
  "own",
  "shift",
  "put aside",
  "take back",
  "end a life",
];

Deno.test("Mailbox does what four arrays do, whatever comes in which order", () => {
  fc.assert(
    fc.property(
      fc.nat(3),
      fc.constantFrom("drop_newest", "drop_oldest"),
      fc.array(fc.constantFrom(...COMMANDS), { maxLength: 60 }),
      (limit, whenFull, commands) => {
        const deadlines = new Deadlines(new VirtualClock());
        const mailbox = new Mailbox({ limit, whenFull });
        const own: number[] = [], returned: number[] = [], others: number[] = [];
        let senders: { message: number; slot: ReplySlot<void> }[] = [];
        let aside: unknown[] = [];
        let next = 0;
        const admit = (): void => {
          senders = senders.filter(({ slot }) => slot.isOpen);
          while (others.length < limit && senders.length > 0) others.push(senders.shift()!.message);
        };
        const shift = (): number | undefined => {
          if (own.length > 0) return own.shift();
          if (returned.length > 0) return returned.shift();
          const item = others.shift();
          return item;
        };
        const step: Record<Command, () => void> = {
          push: () => {
            const message = next++;
            if (others.length < limit) {
              others.push(message);
              assertEquals(mailbox.push(message), true);
              return;
            }
            assertEquals(mailbox.push(message), false);
            others.push(message);
            const isAwaited = senders.some(({ slot }) => slot.isOpen);
            const isOldest = whenFull === "drop_oldest" && limit > 0 && !isAwaited;
            const out = isOldest ? others.shift() : others.pop();
            assertEquals(mailbox.displace(message), out);
          },
          "push when room": () => {
            const slot = new ReplySlot<void>({ path: "/" }, deadlines, 1, () => {});
            slot.reply.catch(() => {});
            const message = next++;
            const hasRoom = others.length < limit;
            assertEquals(mailbox.pushWhenRoom(message, slot), hasRoom ? "taken" : "waiting");
            if (hasRoom) others.push(message);
            else senders.push({ message, slot });
          },
          "give up": () => senders.at(-1)?.slot.fail("timed_out"),
          own: () => {
            own.push(next);
            mailbox.pushOwn(Envelope.own(next++));
          },
          shift: () => {
            const fromOthers = own.length === 0 && returned.length === 0;
            const expected = shift();
            if (fromOthers) admit();
            const item = mailbox.shift();
            assertEquals(item === NOTHING ? undefined : messageOf(item), expected);
          },
          "put aside": () => {
            const fromOthers = own.length === 0 && returned.length === 0;
            shift();
            if (fromOthers) admit();
            const item = mailbox.shift();
            if (item !== NOTHING) aside.push(item);
          },
          "take back": () => {
            mailbox.pushReturned(aside);
            returned.unshift(...aside.map((item) => messageOf(item) as number));
            aside = [];
          },
          "end a life": () => {
            const wereOwn = new Set(mailbox.drainOwn().map(({ message }) => message as number));
            assertEquals([...own].filter((n) => !wereOwn.has(n)), []);
            own.length = 0;
            const left = returned.filter((n) => !wereOwn.has(n));
            returned.splice(0, returned.length, ...left);
          },
        };
        for (const command of commands) {
          step[command]();
          assertEquals(mailbox.depth, own.length + returned.length + others.length);
        }
        assertEquals(
          mailbox.drainSenders().filter(({ taken }) => taken.isOpen).map(({ message }) => message),
          senders
            .filter(({ slot }) => slot.isOpen).map(({ message }) => message),
        );
      },
    ),
    { numRuns: 500 },
  );
});
