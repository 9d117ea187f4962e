/** What the keeper of clients tells rooms, and when: rooms are played by the test, and answer when it wants. */
import { assertEquals } from "@std/assert";
import { GUEST_CHAT, type GuestMessage, type GuestReply } from "../../actors/chat_room.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { machat } from "../../actors/gateway/machat.ts";
import { gateway, type GatewayCounters, type GatewayMemory, type GatewayMessage } from "../../actors/gateway.ts";
import type { RoomsMessage } from "../../actors/rooms.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import type { TransportMessage } from "../../actors/transport.ts";
import type { Address } from "../../transport/address.ts";
import type { WebSocketHandler } from "../../transport/transport.ts";
import { virtualSystem } from "../support/virtual_system.ts";

const LOBBY = "lobby" as RoomName;

/** Texts that rooms are given ahead of what they have shown, and how long without any shown until they count as lost. */
const UNDER_WAY_MAX = 256;
const UNDER_WAY_TIMEOUT_MS = 2_000;

/** What a room shows of a guest of ours. */
type Shown = Readonly<{ type: "came"; guest: string } | { type: "said"; guest: string; text: string }>;

const SAID: Shown = { type: "said", guest: "Mina", text: "hi" };

function house(memory: GatewayMemory = { ports: new Map(), guests: new Map() }) {
  const { clock, system } = virtualSystem();
  const told: string[] = [];
  const joins: { guest: string; replyTo: ActorRef<GuestReply> }[] = [];
  const transport = system.spawn<TransportMessage>("transport", () => () => {});
  const rooms = system.spawn<RoomsMessage>("rooms", () => (message) => {
    if (message.type !== "guest") return;
    const said: GuestMessage = message.message;
    told.push(said.type === "guest_say" ? `${said.guest}: ${said.text}` : `${said.type} ${said.guest}`);
    if (said.type === "guest_join") joins.push(said);
  });
  const behavior = gateway({
    onPeersPort: false,
    openTransport: () => Promise.reject(new Error("nothing is opened")),
    self: "alice",
    room: LOBBY,
    opened: () => {},
    failed: () => {},
    transport: () => transport,
    rooms: () => rooms,
    memory,
  });
  const keeper = system.spawn<GatewayMessage>("gateway", behavior, { restart: "permanent" });
  const run = (ms: number): Promise<void> => clock.advance(ms);

  async function connect() {
    const heard: string[] = [];
    const handlers: WebSocketHandler[] = [];
    const connection = {
      remote: "127.0.0.1:1" as Address,
      bufferedBytes: 0,
      send: (bytes: Uint8Array) => void heard.push(new TextDecoder().decode(bytes)),
      close: () => {},
      destroy: () => {},
      pause: () => {},
      resume: () => {},
    };
    keeper.tell({ type: "web_socket", connection, dialect: machat, adopt: (one) => void handlers.push(one) });
    await run(1);
    const handler = handlers[0]!;
    const send = async (text: string): Promise<void> => {
      handler.message(new TextEncoder().encode(text), false);
      await run(1);
    };
    const close = async (): Promise<void> => {
      handler.closed();
      await run(1);
    };
    return { heard, send, close };
  }

  /** The room lets in who asked last. */
  async function admit(): Promise<void> {
    const { guest, replyTo } = joins.at(-1)!;
    await show({ type: "came", guest });
    replyTo.tell({ ok: true, others: [] });
    await run(1);
  }

  async function show(...shown: readonly Shown[]): Promise<void> {
    const common = { room: LOBBY, author: "alice", wallMs: 0 };
    for (const event of shown) {
      system.events.publish(
        GUEST_CHAT,
        event.type === "said" ? { ...common, ...event, own: false } : { ...common, ...event },
      );
    }
    await run(1);
  }

  async function enter(name: string) {
    const client = await connect();
    await client.send(JSON.stringify({ name }));
    await admit();
    return client;
  }

  async function status(): Promise<GatewayCounters> {
    const asked = keeper.ask<GatewayCounters>((replyTo) => ({ type: "status", replyTo }), 1_000);
    await run(1);
    return await asked;
  }

  return { system, told, joins, run, connect, admit, show, enter, status };
}

const lines = (count: number): string => Array.from({ length: count }, (_, i) => `${i}\n`).join("");
const saidBy = (told: readonly string[], name: string): string[] => told.filter((line) => line.startsWith(`${name}: `));

Deno.test("rooms are given 256 texts ahead of what they have shown, and more as soon as half of those are shown", async () => {
  const { told, enter, show } = house();
  const mina = await enter("Mina");
  await mina.send(lines(UNDER_WAY_MAX + 100));
  assertEquals(saidBy(told, "Mina").length, UNDER_WAY_MAX);
  await show(...Array.from({ length: UNDER_WAY_MAX / 2 - 1 }, () => SAID));
  assertEquals(saidBy(told, "Mina").length, UNDER_WAY_MAX);
  await show(SAID);
  assertEquals(saidBy(told, "Mina"), lines(UNDER_WAY_MAX + 100).trim().split("\n").map((text) => `Mina: ${text}`));
});

Deno.test("texts that rooms have shown none of for 2 s are lost, and hold up no others", async () => {
  const { told, enter, run } = house();
  const mina = await enter("Mina");
  await mina.send(lines(UNDER_WAY_MAX + 100));
  await run(UNDER_WAY_TIMEOUT_MS - 100);
  assertEquals(saidBy(told, "Mina").length, UNDER_WAY_MAX);
  await run(300);
  assertEquals(saidBy(told, "Mina").length, UNDER_WAY_MAX + 100);
});

Deno.test("rooms that are slow and show something now and then have lost nothing", async () => {
  const { told, enter, show, run } = house();
  const mina = await enter("Mina");
  await mina.send(lines(UNDER_WAY_MAX + 100));
  for (let i = 0; i < 3; i++) {
    await run(UNDER_WAY_TIMEOUT_MS - 100);
    await show(SAID);
  }
  await run(200);
  assertEquals(saidBy(told, "Mina").length, UNDER_WAY_MAX + 3);
});

Deno.test("of a client that is gone nothing more is said, it is in no room and is none of ours", async () => {
  const memory: GatewayMemory = { ports: new Map(), guests: new Map() };
  const { told, enter, run, status } = house(memory);
  const mina = await enter("Mina");
  await mina.send(lines(UNDER_WAY_MAX + 100));
  assertEquals([...memory.guests.values()], [{ room: LOBBY, guest: "Mina" }]);
  await mina.close();
  assertEquals(told.at(-1), "guest_leave Mina");
  assertEquals([memory.guests.size, (await status()).clients], [0, 0]);
  const before = told.length;
  await run(10_000);
  assertEquals(told.length, before);
});

Deno.test("a client that is gone before the room has answered is taken out of it again, and its name is free", async () => {
  const { told, joins, connect, show, admit, run, status } = house();
  const mina = await connect();
  await mina.send('{"name":"Mina"}');
  await mina.close();
  assertEquals(told, ["guest_join Mina"]);
  joins[0]!.replyTo.tell({ ok: true, others: [] });
  await run(1);
  assertEquals([told.at(-1), (await status()).clients], ["guest_leave Mina", 0]);

  const again = await connect();
  await again.send('{"name":"Mina"}');
  await admit();
  await show(SAID);
  assertEquals(again.heard, ["Mina:hi\n"]);
});

Deno.test("guests of an earlier life are taken out of their rooms, once", async () => {
  const guest = { room: LOBBY, guest: "Mina" };
  const { system, told, run } = house({ ports: new Map(), guests: new Map([["lobby Mina", guest]]) });
  await run(1);
  assertEquals(told, ["guest_leave Mina"]);
  system.crash("/gateway");
  await run(5_000);
  assertEquals(told, ["guest_leave Mina"]);
});
