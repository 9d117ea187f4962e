/** What somebody's key can say that is not so, and what must not come of it. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { decodeBody, type Place } from "../../../actors/history/entry.ts";
import { type Batch, decodeLogMessage } from "../../../actors/history/log_message.ts";
import { Author, crafted } from "../../support/author.ts";

const DEV = "dev" as RoomName;

function batchIn(payload: Uint8Array): Batch {
  return decodeLogMessage(payload) as Batch;
}

function parentsIn(payload: Uint8Array): readonly Place[] {
  return decodeBody(batchIn(payload).bodies[0]!)!.parents;
}

Deno.test("what follows from entries that nobody has written hides nothing that its author says later", () => {
  const [alice, bob] = [new Author("alice", DEV), new Author("bob", DEV)];
  bob.log.admit(batchIn(alice.says("one", 1)), 1);
  const log = alice.log.ownLog!;
  bob.log.admit(crafted("mallory", DEV, { parents: [{ log, sequence: 2 ** 40 }] }), 1);
  bob.log.admit(batchIn(alice.says("two", 2)), 1);
  assertEquals(parentsIn(bob.says("an answer to two", 3)).filter((parent) => parent.log === log), [{
    log,
    sequence: 2,
  }]);
});

Deno.test("what something follows from counts when it comes, where it comes later", () => {
  const [alice, bob, charly] = [new Author("alice", DEV), new Author("bob", DEV), new Author("charly", DEV)];
  const question = batchIn(alice.says("a question", 1));
  bob.log.admit(question, 1);
  const answer = batchIn(bob.says("an answer", 2));
  charly.log.admit(answer, 1);
  charly.log.admit(question, 1);
  assertEquals(parentsIn(charly.says("so it is", 3)), [{ log: answer.log, sequence: 1 }]);
});
