import { assertEquals } from "@std/assert";
import type { LogRecord } from "../../../actors/runtime/mod.ts";
import { puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("a log whose sink throws costs a line, which is counted, and nobody fails", async () => {
  const got: string[] = [];
  const { clock, system } = virtualSystem("test", {
    log: ({ event }) => {
      if (event === "bad") throw new Error("the sink");
    },
  });
  system.onStopped(() => {});
  const bad = system.spawn<string>("bad", (ctx) => () => ctx.log.info("bad"));
  const good = system.spawn<string>("good", () => (message) => void got.push(message));
  bad.tell("x");
  good.tell("one");
  await clock.advance(10);
  good.tell("two");
  await clock.advance(10);
  assertEquals(got, ["one", "two"]);
  assertEquals([system.logFailures, system.tree().map(({ restarts }) => restarts)], [1, [0, 0]]);
});

Deno.test("a line of the log says when, how grave, who, what, and its details", async () => {
  const lines: LogRecord[] = [];
  const { clock, system } = virtualSystem("test", { log: (line) => lines.push(line) });
  await clock.advance(5);
  system.spawn("a", puppet).tell((ctx) => {
    for (const level of ["debug", "info", "warn", "error"] as const) ctx.log[level]("it_happened", { level });
    ctx.log.info("no_details");
  });
  await clock.advance(0);
  const wallMs = Date.UTC(2026, 0, 1) + 5;
  assertEquals(lines, [
    ...(["debug", "info", "warn", "error"] as const).map((level) => ({
      wallMs,
      level,
      path: "/a",
      event: "it_happened",
      fields: { level },
    })),
    { wallMs, level: "info", path: "/a", event: "no_details", fields: {} },
  ]);
});
