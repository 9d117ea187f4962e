/** In which order the screen, and who said something, are told what happens in a room. */
import { assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../../actors/broadcaster.ts";
import { CHAT, chatRoom, type SayReply } from "../../../actors/chat_room.ts";
import { newChronicleCounters, newChronicleMemory } from "../../../actors/chat_room/chronicle.ts";
import { MEMBERSHIP } from "../../../actors/membership.ts";
import { encodeEntry } from "../../../actors/chat_room/entry.ts";
import { proofOf } from "../../../actors/chat_room/presence.ts";
import { People } from "../../../actors/history/people.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";
import type { Address } from "../../../transport/address.ts";
import { simulatedHistory } from "../../support/author.ts";
import { DEV } from "../../support/entries.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** The room that alice is in; what her screen and her REPL are told of it, in that order. */
async function roomOfAlice() {
  const { clock, system } = virtualSystem();
  const history = simulatedHistory("alice");
  const told: string[] = [];
  const broadcaster = system.spawn("broadcaster", () => (_: BroadcasterMessage) => {});
  const repl = system.spawn(
    "repl",
    () => (reply: SayReply) => void told.push(reply.ok ? `to ${reply.others}` : reply.why),
  );
  const memory = {
    room: DEV,
    sinceWallMs: clock.wallMs(),
    enteredAt: clock.now(),
    announced: true,
    isOurs: true,
    guests: new Set<string>(),
    joinsUnderWay: 0,
    isClosed: false,
    chronicle: newChronicleMemory(),
  };
  const room = system.spawn(
    "room",
    chatRoom({
      self: "alice",
      history,
      people: new People(history.store, history.signing.author, "alice", 0),
      person: {},
      peopleChanged: () => {},
      memory,
      counters: newChronicleCounters(),
      broadcaster: () => broadcaster,
    }),
  );
  system.events.subscribe(CHAT, (event) => {
    told.push(event.type === "said" ? `said ${event.text}` : `${event.author} ${event.type}`);
  });
  await clock.advance(10);
  told.length = 0;
  return {
    told,
    says: (text: string) => room.tell({ type: "write", content: { type: "said", text }, replyTo: repl }),
    bobComes: () => {
      const wallMs = clock.wallMs();
      const proof = proofOf({ room: DEV, name: "bob", wallMs }, simulatedSigning("bob"));
      const payload = encodeEntry({ type: "came", wallMs, proof });
      const rumour = { topic: `room/${DEV}`, author: "bob", ageMs: 0, direct: false, payload };
      room.tell({ type: "heard", rumour });
    },
    bobGoes: () => {
      const view = { name: "bob", address: "127.0.0.1:2" as Address, incarnation: 1, meta: new Uint8Array() };
      system.events.publish(MEMBERSHIP, { type: "left", member: { ...view, state: "left" } });
    },
    passes: (ms: number) => clock.advance(ms),
  };
}

Deno.test("who comes after something was said comes after it on the screen, and is none of those who had it", async () => {
  const { told, says, bobComes, passes } = await roomOfAlice();
  says("hello");
  bobComes();
  await passes(100);
  assertEquals(told, ["said hello", "bob came", "to 0"]);
});

Deno.test("who goes after something was said is counted among those who had it", async () => {
  const { told, says, bobComes, bobGoes, passes } = await roomOfAlice();
  bobComes();
  await passes(100);
  says("hello");
  bobGoes();
  await passes(100);
  assertEquals(told, ["bob came", "said hello", "to 1"]);
});

Deno.test("what is refused is answered after what was said before it", async () => {
  const { told, says, passes } = await roomOfAlice();
  for (const text of ["one", "two", "", "three"]) says(text);
  await passes(100);
  assertEquals(told.filter((line) => !line.startsWith("said")), ["to 0", "to 0", "There is nothing to say", "to 0"]);
});
