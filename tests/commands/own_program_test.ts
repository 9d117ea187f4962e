import { assertEquals, assertMatch } from "@std/assert";
import { ownArguments, ownForm } from "../../commands/own_program.ts";

Deno.test("from the sources, the program starts itself as its tasks do, with leave to write where it is told", () => {
  assertEquals(ownForm(), { type: "sources" });
  const args = ownArguments({ type: "sources" }, "/place", "peer", ["alice"]);
  assertEquals(args.slice(0, 5), ["run", "-q", "--no-prompt", "-P=peer", "--allow-write=/place"]);
  assertMatch(args[5]!, /\/main\.ts$/);
  assertEquals(args.slice(6), ["peer", "alice"]);
});

Deno.test("in an executable, the program starts itself without its sources", () => {
  assertEquals(ownArguments({ type: "compiled" }, "/place", "peer", ["alice"]), ["peer", "alice"]);
  const args = ownArguments({ type: "single_file", path: "/cache/main.js" }, "/place", "peer", ["alice"]);
  assertEquals([args[0], ...args.slice(-3)], ["run", "/cache/main.js", "peer", "alice"]);
});
