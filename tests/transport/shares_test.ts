import { assertEquals } from "@std/assert";
import type { Address } from "../../transport/address.ts";
import { HTTP_CONNECTIONS_PER_SOURCE_MAX } from "../../transport/deno_transport/http.ts";
import { Shares } from "../../transport/deno_transport/shares.ts";

/** Whether each of so many from an address is let in. */
function take(shares: Shares, ip: string, count: number) {
  const all = Array.from({ length: count }, () => ({}));
  return { all, letIn: all.filter((one, at) => shares.take(one, `${ip}:${at + 1}` as Address)).length };
}

Deno.test("faults row 54: of one source there are 64 connections over HTTP at once, of another as many, from loopback any", () => {
  const shares = new Shares(HTTP_CONNECTIONS_PER_SOURCE_MAX);
  const { all, letIn } = take(shares, "10.1.2.3", 500);
  assertEquals([letIn, take(shares, "10.1.2.4", 500).letIn, take(shares, "127.0.0.1", 500).letIn], [64, 64, 500]);
  assertEquals(take(shares, "10.1.2.3", 1).letIn, 0);
  shares.release(all[0]!);
  shares.release(all[0]!);
  assertEquals(take(shares, "10.1.2.3", 2).letIn, 1);
});

Deno.test("a source of which nothing is left is forgotten, and what was turned away takes nothing back", () => {
  const shares = new Shares(2);
  const { all } = take(shares, "10.1.2.3", 5);
  for (const one of all.slice(2)) shares.release(one);
  assertEquals([shares.size, take(shares, "10.1.2.3", 1).letIn], [1, 0]);
  for (const one of all) shares.release(one);
  assertEquals(shares.size, 0);
});
