import { assertEquals } from "@std/assert";
import { ForkNews, FORKS_TOLD_EVERY_MS } from "../../../actors/history/fork_news.ts";
import { logId } from "../../support/entries.ts";

const logs = (first: number, count: number) => Array.from({ length: count }, (_, at) => logId("a", first + at));

Deno.test("of forked logs the first are told one by one, the others together after a while", () => {
  const news = new ForkNews();
  assertEquals(logs(0, 10).map((log) => news.begun(log, 5)), [...Array(8).fill(true), false, false]);
  assertEquals(news.begun(logId("b"), FORKS_TOLD_EVERY_MS + 9), false, "as long as others wait");
  assertEquals(news.takeTogether(FORKS_TOLD_EVERY_MS + 10), 3);
  assertEquals(news.takeTogether(FORKS_TOLD_EVERY_MS + 10), 0);
});

Deno.test("while they go on, it is told together how many; after a time without, one by one again", () => {
  const news = new ForkNews();
  for (const log of logs(0, 9)) news.begun(log, 0);
  const first = FORKS_TOLD_EVERY_MS;
  assertEquals(news.takeTogether(first), 1);
  assertEquals(news.begun(logId("b"), first + FORKS_TOLD_EVERY_MS - 1), false);
  assertEquals(news.takeTogether(2 * first), 1);
  assertEquals(news.begun(logId("c"), 3 * first), true);
});

Deno.test("one now and then is told each time", () => {
  const news = new ForkNews();
  for (const [at, log] of logs(0, 30).entries()) assertEquals(news.begun(log, at * FORKS_TOLD_EVERY_MS), true);
});

Deno.test("of which it was told is remembered, of so many", () => {
  const news = new ForkNews();
  for (const log of logs(0, 1_025)) news.begun(log, 0);
  assertEquals([0, 1, 1_024].map((at) => news.has(logId("a", at))), [false, true, true]);
});
