import { assertEquals } from "@std/assert";
import { joinFailure } from "../../../actors/peer/join_failure.ts";
import { checkVersions } from "../../../actors/membership/push_pull.ts";
import { NODE_STATE, type NodeState } from "../../../transport/wire/message.ts";
import { type Address } from "../../../transport/address.ts";

const [A, B] = ["127.0.0.1:1", "127.0.0.1:2"] as Address[];

Deno.test("who could join nobody is told whom it asked, and what came of each", () => {
  const failures = [{ address: A!, reason: "refused" }, { address: B!, reason: "timed_out" }];
  assertEquals(joinFailure(failures), "Nobody answered: 127.0.0.1:1 (refused), 127.0.0.1:2 (timed_out)");
});

Deno.test("who is of another kind of cluster is told of the switch that makes the difference", () => {
  const row = (name: string, versions: readonly number[]): NodeState => ({
    name,
    addr: Uint8Array.of(127, 0, 0, 1),
    port: 1,
    meta: null,
    incarnation: 1,
    state: NODE_STATE.alive,
    vsn: Uint8Array.of(1, 5, 2, ...versions),
  });
  const checked = checkVersions([], [row("agent", [2, 5, 5]), row("eve", [0, 0, 0])]);
  const reason = checked.ok ? "" : checked.reason;
  assertEquals(
    joinFailure([{ address: A!, reason }]),
    `Nobody answered: 127.0.0.1:1 (${reason}); in a Serf cluster every peer needs --serf, elsewhere none may have it`,
  );
});
