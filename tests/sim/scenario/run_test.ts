/** What each statement does, seen on the screens of simulated peers; and what is said when it does not come true. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Faults } from "../../../sim/scenario/faults.ts";
import { parseScenario } from "../../../sim/scenario/parse.ts";
import { type Failure, type Outcome, type RunEvent, runScenario } from "../../../sim/scenario/run.ts";
import { SimulatedStage } from "../../../sim/scenario/simulated_stage.ts";

const FILES: Readonly<Record<string, string>> = { "hello.txt": "msg hello from a file\n" };

type Run = Readonly<{ outcome: Outcome; events: readonly RunEvent[] }>;

async function play(text: string, seed = "1", stopped?: () => boolean): Promise<Run> {
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { scenario } = parsed;
  const faults = new Faults();
  const readFile = (path: string): string => {
    const file = FILES[path];
    if (file === undefined) throw new Error("there is no such file");
    return file;
  };
  const stage = new SimulatedStage({ seed, profile: scenario.profile, faults, readFile });
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => void events.push(event);
  const outcome = await runScenario(scenario, stage, faults, { onEvent, ...(stopped && { stopped }) });
  await stage.close();
  return { outcome, events };
}

async function passes(text: string): Promise<Run> {
  const run = await play(text);
  if (run.outcome.type === "failed") throw new Error(JSON.stringify(run.outcome.failure, null, 2));
  assertEquals(run.outcome.type, "passed");
  return run;
}

async function fails(text: string): Promise<Failure> {
  const { outcome } = await play(text);
  assert(outcome.type === "failed", `it ${outcome.type}`);
  return outcome.failure;
}

function shownOn(peer: string, { events }: Run): readonly string[] {
  return events.flatMap((event) => event.type === "shown" && event.peer === peer ? [event.text] : []);
}

/** How long a run took, in virtual ms. */
function lengthOf({ outcome }: Run): number {
  return outcome.type === "passed" ? outcome.atMs : NaN;
}

Deno.test("who is started is in the room before anything else happens, and what is typed is said", async () => {
  await passes('start alice bob\nalice: hello\nexpect "alice: hello" within 1s');
});

Deno.test("who is started by hand does nothing by itself, and may be typed to at once", async () => {
  const run = await passes('start alice --manual\nalice: memberlistcreate\nexpect "memberlistconfigure comes first"');
  assertEquals(shownOn("alice", run), [
    "parley: Nothing is configured yet: memberlistconfigure comes first",
  ]);
});

Deno.test("files that peers execute come from whoever plays", async () => {
  await passes('start alice bob\nalice: /execute hello.txt\nexpect "alice: hello from a file"');
  await passes('start alice\nalice: /execute nothing.txt\nexpect "there is no such file"');
});

Deno.test("who is started as somebody else is known by two names", async () => {
  await passes('start alice\nstart other --as bob\nother: hi\nexpect "bob: hi" on alice other');
});

Deno.test("keys and labels keep clusters apart", async () => {
  await passes("start alice bob --key red\nstart eve --key blue\nexpect exit 3 on eve\nmembers == 2");
  await passes("start alice bob --label x\nstart eve\nmembers == 1 on eve\nmembers == 2 on alice bob");
});

Deno.test("an expected line is taken: the next one waits for another", async () => {
  await passes('start a b\na: x\na: x\nexpect "a: x" on b\nexpect "a: x" on b');
  const { statement, why } = await fails('start a b\na: x\nexpect "a: x" on b\nexpect "a: x" on b within 2s');
  assertEquals([statement.line, why], [4, "not shown on b within 2 s"]);
});

Deno.test("what is not expected may not come, from now on or ever", async () => {
  await passes('start a b\na: x\nexpect "a: x"\nexpect not "a: x" for 1s');
  assertEquals((await fails('start a b\na: x\nexpect "a: x"\nexpect never "a: x"')).why, "shown on a, b");
  const late = "start a b\nb: /sleep 2\nb: y\n";
  await passes(`${late}expect not "b: y" for 1s`);
  const { why, atMs } = await fails(`${late}expect not "b: y" on a for 3s`);
  assertEquals([why, Math.round(atMs / 100)], ["shown on a", 20]);
  assertEquals((await fails(`${late}expect never "b: y" on a for 3s`)).why, "shown on a");
});

Deno.test("a screen is empty when its peer starts", async () => {
  await passes('start a b\na: x\nexpect "a: x"\ncrash a\nstart a\nexpect never "a: x" on a');
});

Deno.test("who leaves ends with 0; who ends otherwise is told", async () => {
  await passes('start a b\nquit b\nexpect exit 0 on b within 0s\nexpect "b left" on a');
  const { why } = await fails("start a b\na: /quit\nexpect exit 3 on a b within 5s");
  assertEquals(why, "a ended with 0, b runs");
});

Deno.test("expecting something of who has ended does not wait", async () => {
  const { why, atMs } = await fails('start a\nquit a\nexpect "x" on a within 1h');
  assertEquals([why, atMs < 10_000], ["not shown on a (ended with 0) within 3600 s", true]);
});

Deno.test("members counts whom each lists, and the question is not shown", async () => {
  const run = await passes("start a b\nmembers == 2\nstart c\nmembers == 3 within 5s");
  assertEquals(shownOn("a", run).slice(3), ["* b came to #lobby", "* c came to #lobby"]);
  const { why } = await fails("start a b\nmembers == 3 within 1s");
  assertEquals(why, "a lists 2, b lists 2, still after 1 s");
  await passes("start a --manual\nmembers == 0");
});

Deno.test("same-history compares what was shown as said", async () => {
  await passes("start a b\na: 1\nb: 2\nassert same-history lobby");
  const { why } = await fails("start a\na: 1\nstart b\nassert same-history lobby within 1s");
  assertEquals(why, 'a was shown "a: 1", and b was not, still after 1 s');
});

Deno.test("who crashes says nothing; who comes back has its port and is taken for the same", async () => {
  const run = await passes('start a b\ncrash b\nexpect "b failed" on a within 1m\nstart b\nmembers == 2');
  const [first, second] = run.events.flatMap((event) =>
    event.type === "shown" && event.peer === "b" && /^You are b, at/.test(event.text) ? [event.text] : []
  );
  assert(first !== undefined && first === second, `${first} and ${second}`);
});

Deno.test("without its disk a peer comes back as another machine", async () => {
  const run = await passes(
    'start a b\ncrash b\nexpect "b failed" on a within 1m\nwait 2m\nstart b --without-disk\nmembers == 2 within 1m',
  );
  assertEquals(
    new Set(
      run.events.flatMap((event) => event.type === "shown" && /^You are b, at/.test(event.text) ? [event.text] : []),
    ).size,
    2,
  );
});

Deno.test("what a disk has of the others leads back to them when nothing else does", async () => {
  const orphans = "bootstrap start\nstart a b\nwait 2s\nbootstrap stop\ncrash b\n";
  await passes(`${orphans}start b\nmembers == 2 within 20s`);
  await passes(`${orphans}start b --without-disk\nexpect exit 3 on b`);
});

Deno.test("who crashed has not ended with a code", async () => {
  assertEquals((await fails("start a\ncrash a\nexpect exit 137 on a within 2s")).why, "a crashed");
});

Deno.test("who is paused hears nothing until it goes on, by itself or when told", async () => {
  await passes('start a b\npause b for 2s\na: x\nexpect not "a: x" on b for 1s\nexpect "a: x" on b within 2s');
  await passes('start a b\npause b\na: x\nexpect not "a: x" on b for 3s\nresume b\nexpect "a: x" on b within 1s');
  await passes('start a b c\npause b\na: x\nexpect "a: x"');
});

Deno.test("who was told to go on earlier does not wait for the end of its pause", async () => {
  await passes("start a b\npause b for 1s\nresume b\npause b\nwait 3s\nresume b");
});

Deno.test("who crashes in a pause does not go on at its end, nor who was started meanwhile", async () => {
  await passes("start a b\npause b for 1s\ncrash b\nwait 2s");
  await passes("start a b\npause b for 5s\ncrash b\nstart b\nwait 6s\nmembers == 2");
});

Deno.test("a cut keeps messages back until it heals", async () => {
  await passes('start a b\ncut a | b\na: x\nexpect not "a: x" on b for 2s\nheal\nexpect "a: x" on b within 10s');
});

Deno.test("a cut holds also for who starts later, and again", async () => {
  await passes("start a\ncut a | others\nstart b\nmembers == 1 within 1s\ncrash b\nstart b\nmembers == 1 within 1s");
});

Deno.test("a slow peer hears late", async () => {
  await passes('start a b\nslow b by 2s\na: x\nexpect not "a: x" on b for 1s\nexpect "a: x" on b within 3s');
});

Deno.test("latency is each way", async () => {
  await passes('start a b\nlatency 500ms\na: x\nexpect not "a: x" on b for 400ms\nexpect "a: x" on b within 200ms');
});

Deno.test("a registry of its own can die, be cut off, and come back", async () => {
  await passes("bootstrap start\nstart a b\nmembers == 2\nbootstrap stop\nstart c\nexpect exit 3 on c");
  await passes("bootstrap start\nstart a\ncut others | bootstrap\nstart b\nexpect exit 3 on b within 30s");
  await passes("bootstrap start\nbootstrap stop\nbootstrap start\nstart a b\nmembers == 2");
});

Deno.test("all at once means that nobody waits for anybody", async () => {
  const run = await passes("start a b c --together\nmembers == 3 within 30s");
  const starts = run.events.filter((event) => event.type === "shown" && /^You are .*, at/.test(event.text));
  assertEquals(new Set(starts.map(({ atMs }) => atMs)).size, 1);
});

Deno.test("moments and times are those of the world", async () => {
  assertEquals(lengthOf(await passes("start a --manual\nat 00:10\nwait 1.5s")), 11_500);
  const { why, statement } = await fails("start a --manual\nwait 12s\nat 00:10");
  assertEquals([why, statement.line], ["what comes before took until 00:12.000", 3]);
});

Deno.test("a failure in a round says which", async () => {
  const { rounds, statement, atMs } = await fails(
    'start a\nrepeat 2\n  repeat 3\n    wait 1s\n    expect never "never said"\n  end\n  a: never said\nend',
  );
  assertEquals([rounds, statement.line], [["2 of 2", "1 of 3"], 5]);
  assert(atMs >= 4_000);
});

Deno.test("a scenario that goes on and on is ended", async () => {
  const { why } = await fails("start a --manual\nrepeat 1000\nrepeat 1000\nwait 0s\nend\nend");
  assertEquals(why, "more than 10000 steps were taken by then");
});

/** What cannot be done, and why. */
const IMPOSSIBLE: readonly (readonly [string, string])[] = [
  ["start a\nstart a", "a runs already"],
  ["start a\ncrash a\na: x", "this takes a peer that runs, and a crashed"],
  ["start a\ncrash a\ncrash a", "a does not run: it crashed"],
  ["start a\nquit a\nquit a", "this takes a peer that runs, and a ended with 0"],
  ["start a\npause a\na: x", "this takes a peer that runs, and a is paused"],
  ["start a\npause a\npause a", "this takes a peer that runs, and a is paused"],
  ["start a\nresume a", "this takes a peer that is paused, and a runs"],
  ['start a\ncrash a\nexpect "x"', "nobody runs"],
];

for (const [text, says] of IMPOSSIBLE) {
  Deno.test(`${JSON.stringify(text)} cannot be done: ${says}`, async () => assertEquals((await fails(text)).why, says));
}

Deno.test("who does not come in is told of, once it is clear", async () => {
  const { why, atMs } = await fails("bootstrap start\nstart a\ncut bootstrap | others\nstart b\nb: hello");
  assertMatch(why, /^this takes a peer that runs, and b ended with 3$/);
  assert(atMs < 30_000);
});

Deno.test("a failure shows the screens concerned, the faults in force and what the network dropped", async () => {
  const failure = await fails('start a b c\na: before\ncut udp b | c\nwait 3s\nexpect "nothing" on b within 1s');
  assertEquals(failure.screens.map(([peer]) => peer), ["b"]);
  assertMatch(failure.screens[0]![1].at(-1)!.text, /a: before$/);
  assertEquals(failure.faults, ["cut udp b | c"]);
  assertStringIncludes(failure.network.join("\n"), "c -> b: a packet was dropped");
  assertEquals(failure.statement.text, 'expect "nothing" on b within 1s');
});

Deno.test("of a long screen only the end is told", async () => {
  const { screens } = await fails(`start a\nrepeat 30\na: x\nend\nwait 1s\na: y\nexpect "z" within 1s`);
  const lines = screens[0]![1].map(({ text }) => text);
  assertEquals([lines.length, lines.filter((text) => text.endsWith("a: x")).length], [8, 7]);
  assertMatch(lines.at(-1)!, /a: y$/);
});

Deno.test("one seed, one run; another seed, another", async () => {
  const text = "start a b c d --together\nlatency 5ms..200ms\nloss 30%\na: x\nwait 20s";
  const transcript = async (seed: string): Promise<string> => JSON.stringify((await play(text, seed)).events);
  assertEquals(await transcript("7"), await transcript("7"));
  assert(await transcript("7") !== await transcript("8"));
});

Deno.test("a run can be stopped", async () => {
  let looks = 0;
  const { outcome } = await play("start a\nwait 1h", "1", () => ++looks > 100);
  assertEquals(outcome.type, "stopped");
});
