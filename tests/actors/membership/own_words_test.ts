import { assertEquals } from "@std/assert";
import { OwnWords } from "../../../actors/membership/own_words.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

type Message = Readonly<{ type: "own_words_late"; token: number }> | "sent first" | "give up";

/** What those are told who wait for a first thing for 1 s and for a second for 2 s, when so much happens at 0.5 s. */
async function told(...happens: readonly Message[]): Promise<readonly string[]> {
  const { clock, system } = virtualSystem();
  const told: string[] = [];
  const keeper = system.spawn<Message>("keeper", (ctx) => {
    const words = new OwnWords(ctx.timers);
    const note = (what: string) => (sent: boolean): void => void told.push(`${what} ${sent} ${ctx.clock.now()}`);
    const first = words.await(1_000, note("first"));
    words.await(2_000, note("second"));
    return (message) => {
      if (message === "sent first") words.over(first, true);
      else if (message === "give up") words.giveUp();
      else words.over(message.token, false);
      told.push(`${words.size} wait`);
    };
  });
  await clock.advance(500);
  for (const message of happens) keeper.tell(message);
  await clock.advance(5_000);
  return told;
}

Deno.test("who waits for own words is told once: that they were sent, or that it was not in time", async () => {
  assertEquals(await told("sent first", "sent first"), [
    "first true 500",
    "1 wait",
    "1 wait",
    "second false 2000",
    "0 wait",
  ]);
});

Deno.test("when nothing more is sent, all who wait are told so at once", async () => {
  assertEquals(await told("give up"), ["first false 500", "second false 500", "0 wait"]);
});
