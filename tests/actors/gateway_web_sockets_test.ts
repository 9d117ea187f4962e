import { assertEquals } from "@std/assert";
import { gateway, type GatewayCounters, type GatewayMessage } from "../../actors/gateway.ts";
import { page } from "../../actors/gateway/page.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { RoomsMessage } from "../../actors/rooms.ts";
import type { TransportMessage } from "../../actors/transport.ts";
import type { Address } from "../../transport/address.ts";
import type { WebSocketHandler } from "../../transport/transport.ts";
import { virtualSystem } from "../support/virtual_system.ts";

Deno.test("so many WebSockets and no more are let in at once; when one goes, another may come", async () => {
  const { clock, system } = virtualSystem();
  const transport = system.spawn<TransportMessage>("transport", () => () => {});
  const rooms = system.spawn<RoomsMessage>("rooms", () => () => {});
  const keeper = system.spawn<GatewayMessage>(
    "gateway",
    gateway({
      onPeersPort: false,
      openTransport: () => Promise.reject(new Error("nothing is opened")),
      self: "alice",
      room: "lobby" as RoomName,
      opened: () => {},
      failed: () => {},
      transport: () => transport,
      rooms: () => rooms,
      memory: { ports: new Map(), guests: new Map() },
    }),
  );
  const handlers: WebSocketHandler[] = [];
  const refused: string[] = [];
  const open = async (): Promise<void> => {
    const connection = {
      remote: "127.0.0.1:1" as Address,
      bufferedBytes: 0,
      send: () => {},
      close: (why: string) => void refused.push(why),
      destroy: () => {},
      pause: () => {},
      resume: () => {},
    };
    const adopt = (handler: WebSocketHandler): void => void handlers.push(handler);
    keeper.tell({ type: "web_socket", connection, dialect: page, adopt });
    await clock.advance(1);
  };
  for (let client = 0; client < 514; client++) await open();
  assertEquals([handlers.length, refused], [512, Array(2).fill("There are too many here")]);
  handlers[7]!.closed();
  await clock.advance(1);
  await open();
  await open();
  assertEquals([handlers.length, refused.length], [513, 3]);
  const status = keeper.ask<GatewayCounters>((replyTo) => ({ type: "status", replyTo }), 1_000);
  await clock.advance(1);
  assertEquals((await status).clients, 512);
  await system.stop();
});
