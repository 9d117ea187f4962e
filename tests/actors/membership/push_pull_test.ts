import { assert, assertEquals } from "@std/assert";
import {
  checkVersions,
  localState,
  mergeRemote,
  nameHolder,
  pushPullAfterMs,
} from "../../../actors/membership/push_pull.ts";
import { lan, noMends } from "../../../actors/pool/profile.ts";
import { toNodeState } from "../../../actors/membership/member.ts";
import { NODE_STATE } from "../../../transport/wire/message.ts";
import vectors from "../../data/memberlist.json" with { type: "json" };
import { addrOf, memberOf, moment, rosterOf, rosterOfSelf, rosterWith, words } from "./table.ts";

Deno.test("pushPullAfterMs() gives memberlist's scaled interval", () => {
  const vector = vectors.vectors.find(({ name }) => name === "formula-push-pull-scale") as unknown as {
    cases: { interval_ms: number; num_nodes: number; scaled_ms: number }[];
  };
  for (const { interval_ms, num_nodes, scaled_ms } of vector.cases) {
    assertEquals(pushPullAfterMs(interval_ms, num_nodes), scaled_ms, `${num_nodes} members`);
  }
});

Deno.test("localState() sends every entry in its state", () => {
  const rows = localState(rosterWith("b", "left", 5));
  assertEquals(rows.length, 6);
  assertEquals(rows.find(({ name }) => name === "b")?.state, NODE_STATE.left);
});

Deno.test("another's dead are suspects here, and those who left have left", () => {
  const row = toNodeState(memberOf(rosterOf("b"), "b"));
  const roster = rosterOf("b", "c");
  const remote = [{ ...row, state: NODE_STATE.dead }, { ...row, name: "c", state: NODE_STATE.left }];
  const effects = mergeRemote(roster, remote, moment());
  const suspected = ["broadcast suspect 1", "suspect", "start_timer", "start_question"];
  assertEquals(words(effects), [...suspected, "broadcast dead 1", "leave"]);
});

Deno.test("a row in a state nobody has defined is passed over", () => {
  const row = { ...toNodeState(memberOf(rosterOf("b"), "b")), state: 7 };
  assertEquals(words(mergeRemote(rosterOfSelf(), [row], moment())), ["unknown_state"]);
});

Deno.test("who knew nobody gossips nothing of the first table but what it has to say of itself", () => {
  const others = ["b", "c"].map((name) => toNodeState(memberOf(rosterOf("b", "c"), name)));
  const roster = rosterOfSelf();
  const own = toNodeState(roster.own!);
  const rows = [...others, { ...own, state: NODE_STATE.suspect, incarnation: own.incarnation + 1 }];
  assertEquals(words(mergeRemote(roster, rows, moment())), ["join", "join", "health", "broadcast alive 3"]);
  const later = toNodeState(memberOf(rosterOf("d"), "d"));
  assertEquals(words(mergeRemote(roster, [later], moment())), ["broadcast alive 1", "join"]);
  const asMemberlist = { ...lan, mends: noMends };
  assertEquals(words(mergeRemote(rosterOfSelf(), others, moment(0, asMemberlist))), [
    "broadcast alive 1",
    "join",
    "broadcast alive 1",
    "join",
  ]);
});

Deno.test("what is looked at only to catch up is not gossiped either", () => {
  const row = toNodeState(memberOf(rosterOf("d"), "d"));
  assertEquals(words(mergeRemote(rosterOf("b"), [row], moment(), "everybody")), ["join"]);
});

Deno.test("checkVersions() names who does not fit, and into what", () => {
  const row = toNodeState(memberOf(rosterOf("b"), "b"));
  const local = rosterOfSelf().ring;
  assertEquals(checkVersions(local, [row]), { ok: true });
  const tooNew = { ...row, vsn: Uint8Array.of(1, 5, 6, 0, 0, 0) };
  assertEquals(checkVersions(local, [tooNew]), {
    ok: false,
    reason: "Node 'b' protocol version (6) is incompatible: [1, 5]",
  });
  const other = { ...row, state: NODE_STATE.dead, vsn: Uint8Array.of(1, 5, 2, 0, 0, 4) };
  assertEquals(checkVersions(local, [other]), {
    ok: false,
    reason: "Node 'b' delegate protocol version (4) is incompatible: [0, 0]",
  });
  for (let length = 0; length < 6; length++) {
    assert(!checkVersions(local, [{ ...row, vsn: row.vsn.subarray(0, length) }]).ok, "too short is version 0");
  }
});

Deno.test("nameHolder() of who speaks version 1, which knew no ports, looks at addresses only", () => {
  const self = { name: "b", addr: addrOf("b"), port: 7946 };
  const row = toNodeState(memberOf(rosterOf("b"), "b"));
  const first = { ...lan, protocolVersion: 1 };
  assertEquals(nameHolder([{ ...row, port: 1 }], self, first), undefined);
  assertEquals(nameHolder([{ ...row, addr: addrOf("x") }], self, first)?.name, "b");
});

Deno.test("nameHolder() finds our own name at another address or port, unless it left", () => {
  const self = { name: "b", addr: addrOf("b"), port: 7946 };
  const row = toNodeState(memberOf(rosterOf("b"), "b"));
  assertEquals(nameHolder([row], self, lan), undefined);
  const elsewhere = { ...row, addr: addrOf("x") };
  assertEquals(nameHolder([row, elsewhere], self, lan), elsewhere);
  assertEquals(nameHolder([{ ...row, port: 1 }], self, lan)?.port, 1);
  assertEquals(nameHolder([{ ...elsewhere, state: NODE_STATE.left }], self, lan), undefined);
  assertEquals(nameHolder([{ ...elsewhere, name: "c" }], self, lan), undefined);
});
