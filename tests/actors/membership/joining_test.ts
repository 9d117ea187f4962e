import { assertEquals } from "@std/assert";
import { Joining } from "../../../actors/membership/joining.ts";
import type { JoinReply } from "../../../actors/membership.ts";
import type { Address } from "../../../transport/address.ts";

const at = (n: number): Address => `10.0.0.${n}:7946` as Address;
const all = (count: number): Address[] => Array.from({ length: count }, (_, n) => at(n));

/** A join of `count` addresses: whom it contacts, and what it comes to. */
function begin(addresses: readonly Address[]) {
  const [contacted, replies]: [Address[], JoinReply[]] = [[], []];
  const joining = new Joining(addresses, (reply) => replies.push(reply));
  const contact = (address: Address): void => void contacted.push(address);
  joining.proceed(contact);
  const settle = (address: Address, problem?: string): void => {
    joining.settle(address, problem);
    joining.proceed(contact);
  };
  return { joining, contacted, replies, settle };
}

Deno.test("nobody to contact is nobody contacted", () => {
  assertEquals(begin([]).replies, [{ type: "joined", contacted: 0, failures: [] }]);
});

Deno.test("64 are contacted at once, each once, and the next when one has settled", () => {
  const { contacted, settle, replies } = begin([...all(70), at(0), at(69)]);
  assertEquals(contacted, all(64));
  settle(at(5), "refused");
  assertEquals(contacted, all(65));
  for (let n = 0; n < 70; n++) if (n !== 5) settle(at(n));
  assertEquals([contacted.length, replies], [70, [{
    type: "joined",
    contacted: 69,
    failures: [{ address: at(5), reason: "refused" }],
  }]]);
});

Deno.test("when time is up, who did not answer is silent and who was not asked is said; later answers change nothing", () => {
  const { joining, settle, contacted, replies } = begin(all(66));
  settle(at(0));
  joining.giveUp();
  const reply = replies[0]!;
  assertEquals([replies.length, reply.type, reply.type === "joined" && reply.contacted], [1, "joined", 1]);
  const reasons = reply.type === "joined" ? reply.failures.map(({ address, reason }) => `${address} ${reason}`) : [];
  assertEquals(reasons.slice(-2), [`${at(64)} timed_out`, `${at(65)} no time left to ask`]);
  assertEquals(reasons.length, 65);
  const { length } = reasons;
  for (let n = 1; n < 65; n++) settle(at(n), n % 2 === 0 ? "refused" : undefined);
  joining.giveUp();
  assertEquals([replies.length, contacted.length], [1, 65]);
  assertEquals([reply.type === "joined" && reply.failures.length, length], [65, 65], "what was said stays as it was");
});

Deno.test("a refusal counts more than all contacts, and a stranger's keys if there is no contact", () => {
  const one = begin(all(2));
  one.joining.refuse("name taken");
  one.joining.refuse("later");
  one.settle(at(0), "name taken");
  one.settle(at(1));
  assertEquals(one.replies, [{ type: "refused", why: "name taken" }]);

  const other = begin(all(2));
  other.joining.meetStranger("other keys");
  other.settle(at(0), "undecryptable");
  other.settle(at(1));
  assertEquals(other.replies[0]?.type, "joined");

  const third = begin(all(1));
  third.joining.meetStranger("other keys");
  third.settle(at(0), "undecryptable");
  assertEquals(third.replies, [{ type: "refused", why: "other keys" }]);
});
