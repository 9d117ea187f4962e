import { assertEquals } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { waitUntil } from "../support/wait.ts";

/** What a peer shows and complains of that runs these lines and ends. */
async function lines(command: "peer" | "peer-with-shell", flags: readonly string[], input: string) {
  await using place = await Place.create();
  const args = ["alice", place.bootstrapFlag, "--manual", ...flags];
  await using peer = PeerProcess.start(command, { place, way: "task", args });
  await peer.say(input);
  await peer.endInput();
  const { code, stdout, stderr } = await peer.ended();
  return { code, stdout: stdout.split("\n").filter((line) => line !== ""), stderr };
}

Deno.test("deno task peer-with-shell runs commands of the machine's shell", async () => {
  const { code, stdout, stderr } = await lines("peer-with-shell", [], "shell echo 1 + 1 = $((1 + 1))");
  assertEquals([code, stdout.includes("1 + 1 = 2"), stderr], [0, true, ""]);
});

Deno.test("a command of the shell cannot take the peer's input, and ends with the peer", async () => {
  await using place = await Place.create();
  const mark = await place.file("mark", "");
  const args = ["alice", place.bootstrapFlag, "--manual"];
  await using peer = PeerProcess.start("peer-with-shell", { place, way: "task", args });
  await peer.say("shell cat\necho so much for that");
  await peer.waitFor("so much for that\n");
  assertEquals(peer.complaints, "", "it found no input to wait for");
  await peer.say(`shell sleep 1000 & echo $! > ${mark}; wait`);
  await waitUntil(() => Deno.statSync(mark).size > 0, 20_000, "it runs");
  const pid = Number(await Deno.readTextFile(mark));
  peer.signal("SIGTERM");
  assertEquals((await peer.ended()).code, 143);
  await waitUntil(() => !isRunning(pid), 5_000, "it has ended");
});

/** Whether a process has not ended. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test("deno task peer runs none, also when it is told to", async () => {
  const plain = await lines("peer", [], "shell echo no");
  assertEquals([plain.code, plain.stdout.includes("no")], [1, false]);
  assertEquals(plain.stderr, "parley: No shell here: a peer started with --allow-shell has it\n");
  const told = await lines("peer", ["--allow-shell"], "shell echo no");
  assertEquals([told.code, told.stdout.includes("no")], [1, false]);
  assertEquals(
    told.stderr,
    "parley: Cannot run it: it is not permitted; deno task peer-with-shell gives leave to\n",
  );
});
