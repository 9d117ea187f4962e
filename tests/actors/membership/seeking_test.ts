import { assertEquals } from "@std/assert";
import { Seeking } from "../../../actors/membership/seeking.ts";
import { newPoolMemory } from "../../../actors/pool/memory.ts";
import type { MembershipMessage } from "../../../actors/membership.ts";
import type { Address } from "../../../transport/address.ts";
import { virtualSystem } from "../../support/virtual_system.ts";
import { rosterOf } from "./table.ts";

const ELSEWHERE = "127.0.0.9:9" as Address;

/** Where is looked, and when, within two and a half minutes after that has happened to ourselves and bob. */
async function soughtAfter(happens: (seeking: Seeking, bob: ReturnType<ReturnType<typeof rosterOf>["get"]>) => void) {
  const { clock, system } = virtualSystem();
  const sought: string[] = [];
  const roster = rosterOf("bob");
  const { membership: memory } = newPoolMemory();
  system.spawn<MembershipMessage>("membership", (ctx) => {
    const peek = (to: Address): void => void sought.push(`${to} ${ctx.clock.now()}`);
    const seeking = new Seeking({ ctx, memory, exchanges: { peek }, roster: () => roster, count: () => {} });
    happens(seeking, roster.get("bob"));
    return () => seeking.look();
  });
  await clock.advance(150_000);
  return { sought, bob: roster.get("bob")!.address };
}

Deno.test("who failed is looked for now and then", async () => {
  const { sought, bob } = await soughtAfter((seeking, bob) => seeking.note({ ...bob!, state: "dead" }));
  assertEquals(sought, [30, 60, 90, 120, 150].map((second) => `${bob} ${second * 1_000}`));
});

Deno.test("who is back, or left, is not looked for any more", async () => {
  for (const state of ["alive", "left"] as const) {
    const { sought } = await soughtAfter((seeking, bob) => {
      seeking.note({ ...bob!, state: "dead" });
      seeking.note({ ...bob!, state });
    });
    assertEquals(sought, []);
  }
});

Deno.test("where somebody should be is looked, unless a member is there", async () => {
  const { sought } = await soughtAfter((seeking, bob) => seeking.seek([bob!.address, ELSEWHERE]));
  assertEquals(sought.length, 5);
  assertEquals(new Set(sought.map((one) => one.split(" ")[0])), new Set([ELSEWHERE]));
});
