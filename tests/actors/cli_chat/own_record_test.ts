import { assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../../actors/broadcaster.ts";
import { type CliChatMemory, newCliChatMemory } from "../../../actors/cli_chat.ts";
import { decodeMember } from "../../../actors/cli_chat/format.ts";
import { OwnRecord } from "../../../actors/cli_chat/own_record.ts";
import type { Address } from "../../../transport/address.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

const HERE = "127.0.0.1:5" as Address;

/** What alice says of herself to all, when she does that. */
async function saidBy(act: (own: OwnRecord, memory: CliChatMemory) => void) {
  const { clock, system } = virtualSystem();
  const said: (string | undefined)[] = [];
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
    if (message.type === "broadcast_user") said.push(decodeMember(message.payload)?.type);
  });
  const memory = newCliChatMemory();
  const counted: string[] = [];
  const count = (what: string): void => void counted.push(what);
  act(new OwnRecord({ self: "alice", memory, clock, broadcaster: () => broadcaster, count }), memory);
  await clock.advance(1);
  return { said, memory, counted };
}

Deno.test("who comes into the chat and goes says so, and is in it in between", async () => {
  const { said, memory } = await saidBy((own) => {
    own.come(HERE);
    own.go();
    own.go();
  });
  assertEquals([said, memory.own], [["join", "leave"], undefined]);
});

Deno.test("whoever is new is greeted by who is in the chat, and by nobody else", async () => {
  const { said } = await saidBy((own) => {
    own.greet();
    own.sayAgain();
    own.come(HERE);
    own.greet();
  });
  assertEquals(said, ["join", "join"]);
});

Deno.test("so many are greeted at once and no more", async () => {
  const { said, counted } = await saidBy((own) => {
    own.come(HERE);
    for (let newcomer = 0; newcomer < 25; newcomer++) own.greet();
  });
  assertEquals([said.length, counted], [21, Array(5).fill("answers over the limit")]);
});
