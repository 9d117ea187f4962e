import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { ownArguments, ownForm, V8_FLAGS } from "../../commands/own_program.ts";

Deno.test("from the sources, the program starts itself as its tasks do, with leave to write where it is told", () => {
  assertEquals(ownForm(), { type: "sources" });
  const args = ownArguments({ type: "sources" }, "/place", "peer", ["alice"]);
  assertEquals(args.slice(0, 6), ["run", "-q", "--no-prompt", V8_FLAGS, "-P=peer", "--allow-write=/place"]);
  assertMatch(args[6]!, /\/main\.ts$/);
  assertEquals(args.slice(7), ["peer", "alice"]);
});

Deno.test("the tasks run peers with the same flags as the program does", () => {
  assertStringIncludes(config.tasks.peer.command, ` ${V8_FLAGS} -P=peer `);
  assertStringIncludes(config.tasks["peer-with-shell"].command, ` ${V8_FLAGS} -P=peer `);
});

Deno.test("in an executable, the program starts itself without its sources", () => {
  assertEquals(ownArguments({ type: "compiled" }, "/place", "peer", ["alice"]), ["peer", "alice"]);
  const args = ownArguments({ type: "single_file", path: "/cache/main.js" }, "/place", "peer", ["alice"]);
  assertEquals([args[0], ...args.slice(-3)], ["run", "/cache/main.js", "peer", "alice"]);
});
