/** What a peer says and does so that Serf's agents take it for one of theirs. */
import { assert, assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../actors/broadcaster.ts";
import type { MembershipMessage, MemberView } from "../../actors/membership.ts";
import { Cast } from "../../actors/peer/cast.ts";
import { lan } from "../../actors/pool/profile.ts";
import { ROOMS } from "../../actors/rooms.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { newSerfMemory, ownMeta, SERF, serf, type SerfEvent, type SerfMessage, serfWants } from "../../actors/serf.ts";
import {
  ACK_FLAGS,
  decodeSerf,
  encodeConflictAnswer,
  encodeKeyAnswer,
  encodeSerf,
  type SerfWireMessage,
} from "../../actors/serf/messages.ts";
import { decodeState, encodeState, type SerfState } from "../../actors/serf/state.ts";
import { decodeTags } from "../../actors/serf/tags.ts";
import { ActorSystem } from "../../actors/runtime/system.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import type { Address } from "../../transport/address.ts";
import { Guard } from "../../transport/guard.ts";
import { Key } from "../../transport/wire/key.ts";
import { Keyring } from "../../transport/wire/keyring.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { vector } from "./serf/vectors.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | null | undefined): string => new TextDecoder().decode(value ?? new Uint8Array());

function member(name: string, port: number): MemberView {
  return { name, address: `127.0.0.1:${port}` as Address, state: "alive", incarnation: 1, meta: new Uint8Array() };
}

const SELF = member("alice", 1);
const BOB = member("bob", 7946); // who asks in the vectors of queries, which call it alice
const CAROL = member("carol", 3);

const EMPTY_STATE: SerfState = { time: 0, statusTimes: new Map(), left: [], eventTime: 0, events: [], queryTime: 0 };

/** Alice, with what she says to the two actors that carry it. */
/** How strict a peer with keys is. */
type Switches = Partial<Pick<Protection, "verifyIncoming" | "verifyOutgoing">>;

class Alice {
  readonly clock = new VirtualClock();
  readonly memory = newSerfMemory();
  readonly metas: Uint8Array[] = [];
  /** Messages gossiped, in hexadecimal, and messages to one, by address. */
  readonly gossiped: string[] = [];
  readonly sent: { to: string; payload: Uint8Array }[] = [];
  readonly events: SerfEvent[] = [];
  readonly guard: Guard;
  rooms: string[] = [];
  /** When the gossip has reached everybody. */
  gossipTakesMs = 700;
  listed: readonly MemberView[] = [];
  readonly #system: ActorSystem;
  readonly #ref: ActorRef<SerfMessage>;

  constructor(
    { speaks = true, keyring = Keyring.EMPTY, listed = [] as readonly MemberView[], switches = {} as Switches } = {},
  ) {
    this.#system = new ActorSystem({ clock: this.clock, random: seededRandom("serf") });
    this.guard = new Guard({ ...UNPROTECTED, keyring, ...switches }, (length) => new Uint8Array(length));
    this.listed = listed;
    const cast = new Cast();
    cast.enter("membership", this.#system.spawn<MembershipMessage>("membership", () => (m) => this.#membership(m)));
    cast.enter("broadcaster", this.#system.spawn<BroadcasterMessage>("broadcaster", () => (m) => this.#broadcaster(m)));
    this.#system.events.subscribe(SERF, (event) => this.events.push(event));
    const profile = speaks ? { ...lan, delegateVersions: [2, 5, 4] as const } : lan;
    this.#ref = this.#system.spawn<SerfMessage>(
      "serf",
      serf({
        name: "alice",
        version: "1",
        profile,
        guard: this.guard,
        cast,
        memory: this.memory,
        rooms: () => this.rooms,
        announced: () => this.metas.at(-1) ?? ownMeta("1", []),
      }),
    );
  }

  /** A member already, with others. */
  static async among(
    others: readonly MemberView[],
    options: ConstructorParameters<typeof Alice>[0] = {},
  ): Promise<Alice> {
    const alice = new Alice(options);
    for (const one of [SELF, ...others]) await alice.tell({ type: "member", event: { type: "joined", member: one } });
    return alice;
  }

  async tell(...messages: readonly SerfMessage[]): Promise<void> {
    for (const message of messages) this.#ref.tell(message);
    await this.clock.advance(0);
  }

  /** Hears messages of others', as they came by gossip. */
  async hear(...messages: readonly (Uint8Array | Exclude<SerfWireMessage, { type: "query" }>)[]): Promise<void> {
    for (const message of messages) {
      const payload = message instanceof Uint8Array ? message : encodeSerf(message);
      await this.tell({ type: "user_message", payload, via: "packet", from: BOB.address });
    }
  }

  async merge(state: Partial<SerfState>): Promise<void> {
    await this.tell({ type: "remote_state", state: encodeState({ ...EMPTY_STATE, ...state }), join: true });
  }

  async state(): Promise<SerfState> {
    const asked = this.#ref.ask<Uint8Array>((replyTo) => ({ type: "local_state_wanted", join: false, replyTo }), 1_000);
    await this.clock.advance(0);
    const state = decodeState(await asked);
    if (!state.ok) throw new Error(state.reason);
    return state.value;
  }

  async counters(): Promise<Readonly<Record<string, number>>> {
    const asked = this.#ref.ask<Readonly<Record<string, number>>>((replyTo) => ({ type: "status", replyTo }), 1_000);
    await this.clock.advance(0);
    return await asked;
  }

  /** Starts to leave; the milliseconds that it takes. */
  async leave(): Promise<number> {
    const began = this.clock.now();
    let tookMs = NaN;
    void this.#ref.ask<"said">((replyTo) => ({ type: "leave", replyTo }), 60_000)
      .then(() => tookMs = this.clock.now() - began);
    await this.clock.advance(10_000);
    return tookMs;
  }

  async enter(...rooms: readonly string[]): Promise<void> {
    this.rooms = [...rooms];
    this.#system.events.publish(ROOMS, rooms as readonly RoomName[]);
    await this.clock.advance(200);
  }

  /** What was gossiped, read. */
  get said(): readonly SerfWireMessage[] {
    return this.gossiped.map((hex) => {
      const message = decodeSerf(Uint8Array.fromHex(hex));
      if (!message.ok) throw new Error(message.reason);
      return message.value;
    });
  }

  /** Responses that were sent, with whom to. */
  get responses(): readonly { to: string; flags: number; payload: Uint8Array | null }[] {
    return this.sent.flatMap(({ to, payload }) => {
      const message = decodeSerf(payload);
      const isResponse = message.ok && message.value.type === "query_response";
      return isResponse ? [{ to, flags: message.value.flags, payload: message.value.payload }] : [];
    });
  }

  #membership(message: MembershipMessage): void {
    if (message.type === "list") message.replyTo.tell(this.listed);
    if (message.type === "update_meta") this.metas.push(message.meta);
  }

  #broadcaster(message: BroadcasterMessage): void {
    if (message.type === "send_user") {
      assertEquals(message.reliable, false);
      this.sent.push({ to: message.to, payload: message.payload });
    }
    if (message.type !== "broadcast_user") return;
    assertEquals(message.replacement, { kind: "unique" });
    this.gossiped.push(message.payload.toHex());
    this.clock.after(this.gossipTakesMs, () => message.replyTo?.tell({ type: "finished", how: "sent" }));
  }
}

/** A query in Serf's bytes: that of the vectors with another name, payload and number. */
function query(
  options: {
    name?: string;
    payload?: Uint8Array;
    id?: number;
    flags?: number;
    relay?: number;
    filters?: Uint8Array;
    port?: number;
    time?: number;
  } = {},
): Uint8Array {
  const { name = "uptime", payload = new Uint8Array(), id = 1, flags = 0, relay = 0, filters, port = 7946, time = 9 } =
    options;
  const raw = (value: Uint8Array): number[] => [0xda, value.length >> 8, value.length & 0xff, ...value];
  const key = (text: string): number[] => [0xa0 + text.length, ...bytes(text)];
  return Uint8Array.from([
    0x04,
    0x8a,
    ...[...key("Addr"), ...raw(Uint8Array.of(127, 0, 0, 1))],
    ...[...key("Filters"), ...(filters === undefined ? [0xc0] : [0x91, ...raw(filters)])],
    ...[...key("Flags"), flags],
    ...[...key("ID"), 0xce, 0, 0, id >> 8, id & 0xff],
    ...[...key("LTime"), time],
    ...[...key("Name"), ...raw(bytes(name))],
    ...[...key("Payload"), ...raw(payload)],
    ...[...key("Port"), 0xcd, port >> 8, port & 0xff],
    ...[...key("RelayFactor"), relay],
    ...[...key("SourceNode"), ...raw(bytes("bob"))],
  ]);
}

const leaveOf = (node: string, time: number) => ({ type: "leave", node, time, prune: false }) as const;
const joinOf = (node: string, time: number) => ({ type: "join", node, time }) as const;
const eventAt = (time: number, name: string, payload: Uint8Array | null = null) =>
  ({ type: "user_event", time, name, payload, coalesce: false }) as const;

Deno.test("only who announces Serf's delegate versions has Serf's manners", () => {
  const wants = (delegateVersions: readonly [number, number, number]) => serfWants({ ...lan, delegateVersions });
  assertEquals(wants([0, 0, 0]), { members: true });
  assertEquals(wants([0, 1, 1]), { members: true });
  assertEquals(wants([2, 9, 6]), { members: true });
  const all = { members: true, userMessages: true, localState: true, remoteState: true, pings: true };
  for (const current of [2, 4, 5]) assertEquals(wants([2, 5, current]), all);
});

Deno.test("the rooms are told in tags, a little later and together", async () => {
  const alice = await Alice.among([]);
  await alice.clock.advance(1_000);
  assertEquals(alice.metas, [], "nothing has changed yet");
  alice.rooms = ["lobby"];
  await alice.tell({ type: "rooms" });
  await alice.clock.advance(99);
  await alice.enter("lobby", "tea");
  assertEquals(alice.metas.map((meta) => decodeTags(meta)), [
    { ok: true, value: new Map([["app", "parley"], ["rooms", "lobby,tea"], ["version", "1"]]) },
  ]);
  await alice.enter("lobby", "tea");
  assertEquals(alice.metas.length, 1);
  await alice.enter();
  assertEquals(alice.metas.at(-1), ownMeta("1", []));
});

Deno.test("where nobody speaks Serf, tags are all there is", async () => {
  const alice = await Alice.among([BOB], { speaks: false });
  await alice.tell({ type: "joining" }, { type: "joined", contacted: 1 });
  assertEquals(await alice.leave(), 0);
  assertEquals([alice.gossiped, alice.sent], [[], []]);
});

Deno.test("who has joined somebody says so, and who has not does not", async () => {
  const alice = await Alice.among([BOB]);
  await alice.tell({ type: "joining" }, { type: "joined", contacted: 0 });
  assertEquals(alice.said, []);
  await alice.tell({ type: "joining" }, { type: "joined", contacted: 2 });
  assertEquals(alice.said, [joinOf("alice", 1)]);
  await alice.tell({ type: "joining" }, { type: "joined", contacted: 1 });
  assertEquals(alice.said.at(-1), joinOf("alice", 2));
});

Deno.test("a leave that others remember of us is older than our join", async () => {
  const alice = await Alice.among([BOB]);
  await alice.tell({ type: "joining" });
  await alice.merge({ time: 40, statusTimes: new Map([["alice", 30]]), left: ["alice"] });
  assertEquals(alice.said, [joinOf("alice", 40)], "refuted at once");
  await alice.tell({ type: "joined", contacted: 1 });
  assertEquals(alice.said.at(-1), joinOf("alice", 41));
  assertEquals((await alice.counters())["leave intents refuted"], 1);
});

Deno.test("who leaves says so to some directly and to all by gossip, and waits for that", async () => {
  const others = Array.from({ length: 20 }, (_, at) => member(`peer-${at}`, 100 + at));
  const alice = await Alice.among(others);
  await alice.hear(joinOf("peer-1", 7));
  alice.gossiped.length = 0;
  assertEquals(await alice.leave(), 700);
  assertEquals(alice.said, [leaveOf("alice", 8)]);
  assertEquals([alice.memory.intents.time, (await alice.state()).statusTimes.get("alice")], [9, 8]);
  assertEquals(alice.sent.map(({ to }) => to), others.slice(0, 16).map(({ address }) => address as string));
  assertEquals(new Set(alice.sent.map(({ payload }) => payload.toHex())), new Set(alice.gossiped));
  await alice.hear(leaveOf("alice", 20));
  assertEquals(
    alice.said.map(({ type }) => type),
    ["leave", "leave"],
    "it is true, so it is passed on and not refuted",
  );
});

Deno.test("who leaves waits no longer than two seconds, and not at all for nobody", async () => {
  const alice = await Alice.among([BOB]);
  alice.gossipTakesMs = 60_000;
  assertEquals(await alice.leave(), 2_000);
  assertEquals(await (await Alice.among([])).leave(), 0);
});

Deno.test("who leaves does not say any more in which rooms it is, until it begins anew", async () => {
  const alice = await Alice.among([BOB]);
  await alice.enter("lobby");
  alice.rooms = [];
  await alice.tell({ type: "rooms" });
  await alice.leave();
  await alice.enter();
  assertEquals(alice.metas.length, 1);
  await alice.tell({ type: "member", event: { type: "joined", member: SELF } });
  await alice.clock.advance(200);
  assertEquals(alice.metas.length, 2);
  assertEquals((await alice.state()).statusTimes, new Map([["alice", 0]]), "of those it knew before it knows nothing");
  await alice.hear(query());
  assertEquals((await alice.counters())["queries from no member"], 1);
});

Deno.test("a new intent is passed on as it came, and no other", async () => {
  const alice = await Alice.among([BOB]);
  const withMore = Uint8Array.fromHex("0183a54c54696d6505a44e6f6465a3626f62a34e657701");
  await alice.hear(withMore, joinOf("bob", 5), joinOf("bob", 4), leaveOf("bob", 5));
  assertEquals(alice.gossiped, [withMore.toHex()]);
  await alice.hear(leaveOf("bob", 6), leaveOf("nobody", 1), leaveOf("nobody", 1), leaveOf("../etc", 9));
  assertEquals(alice.said.slice(1), [leaveOf("bob", 6), leaveOf("nobody", 1)]);
  assertEquals((await alice.counters())["intents about no name"], 1);
  assertEquals(alice.memory.intents.time, 10);
});

Deno.test("that we leave is refuted, with a time above all others", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(leaveOf("alice", 50));
  assertEquals(alice.said, [joinOf("alice", 51)]);
});

Deno.test("who is ruled out is shown", async () => {
  const alice = await Alice.among([BOB]);
  await alice.tell({ type: "member", event: { type: "failed", member: BOB, by: "carol" } });
  await alice.hear(leaveOf("bob", 3));
  assertEquals(alice.events, [{ type: "ruled_out", name: "bob" }]);
  assertEquals((await alice.state()).left, ["bob"]);
});

Deno.test("who says something else of itself is still leaving", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(leaveOf("bob", 3));
  await alice.tell({ type: "member", event: { type: "updated", member: { ...BOB, incarnation: 2 } } });
  await alice.tell({ type: "member", event: { type: "left", member: BOB } });
  assertEquals((await alice.state()).left, ["bob"]);
  await alice.hear(query());
  assertEquals(alice.sent, [], "and is no member any more");
});

Deno.test("an intent whose member does not come is forgotten", async () => {
  const alice = await Alice.among([]);
  await alice.hear(leaveOf("bob", 3));
  await alice.clock.advance(330_000);
  await alice.tell({ type: "member", event: { type: "joined", member: BOB } });
  await alice.tell({ type: "member", event: { type: "failed", member: BOB, by: "carol" } });
  assertEquals((await alice.state()).left, []);
});

Deno.test("our state has the times of everybody's intents, who has left, and the events of late", async () => {
  const alice = await Alice.among([BOB, CAROL]);
  await alice.hear(leaveOf("bob", 3), joinOf("carol", 4), eventAt(6, "deploy", bytes("v1")));
  await alice.tell({ type: "member", event: { type: "left", member: BOB } });
  assertEquals(await alice.state(), {
    time: 5,
    statusTimes: new Map([["alice", 0], ["bob", 3], ["carol", 4]]),
    left: ["bob"],
    eventTime: 7,
    events: [{ time: 6, events: [{ name: "deploy", payload: bytes("v1") }] }],
    queryTime: 1,
  });
});

Deno.test("a state without its lists is sent where it would be too long", async () => {
  const alice = await Alice.among(Array.from({ length: 100 }, (_, at) => member(`${at}`.padStart(128, "-"), 10 + at)));
  for (let time = 1; time <= 110; time++) await alice.hear(eventAt(time, "big", new Uint8Array(9_500)));
  const { statusTimes, events, eventTime } = await alice.state();
  assertEquals([statusTimes.size, events.length, eventTime], [0, 0, 111]);
  assertEquals((await alice.counters())["state too long for its lists"], 1);
});

Deno.test("of another's state all is taken over, and none of it gossiped", async () => {
  const alice = await Alice.among([BOB, CAROL]);
  const events = [null, { time: 5, events: [{ name: "deploy", payload: null }] }];
  await alice.merge({
    time: 9,
    statusTimes: new Map([["bob", 3], ["carol", 7]]),
    left: ["bob"],
    eventTime: 6,
    events,
    queryTime: 4,
  });
  assertEquals([alice.memory.intents.time, alice.memory.events.time, alice.memory.queries.time], [9, 6, 4]);
  assertEquals(alice.gossiped, []);
  assertEquals(alice.events, [{ type: "user_event", name: "deploy", payload: new Uint8Array() }]);
  await alice.tell({ type: "member", event: { type: "failed", member: BOB, by: "carol" } });
  const { statusTimes, left } = await alice.state();
  assertEquals([statusTimes, left], [new Map([["alice", 0], ["bob", 4], ["carol", 7]]), ["bob"]]);
});

Deno.test("what was said before we joined is no news for us", async () => {
  const alice = await Alice.among([]);
  const events = [{ time: 5, events: [{ name: "before", payload: null }] }];
  await alice.tell({ type: "joining" });
  await alice.merge({ eventTime: 6, events });
  await alice.tell({ type: "joined", contacted: 1 });
  await alice.hear(eventAt(5, "before"), eventAt(6, "after"));
  await alice.merge({ eventTime: 8, events: [{ time: 7, events: [{ name: "beyond a split", payload: null }] }] });
  assertEquals(alice.events.map((event) => event.type === "user_event" && event.name), ["after", "beyond a split"]);
});

Deno.test("a state that is none changes nothing, and is counted", async () => {
  const alice = await Alice.among([BOB]);
  for (const state of [new Uint8Array(), bytes("{}"), vector("state").slice(0, -1)]) {
    await alice.tell({ type: "remote_state", state, join: false });
  }
  assertEquals(await alice.counters(), { "state empty": 1, "state unknown_type": 1, "state truncated": 1 });
  assertEquals(alice.memory.intents.time, 1);
});

Deno.test("an event is shown and passed on once, however often it is heard", async () => {
  const alice = await Alice.among([BOB]);
  const event = vector("user-event");
  await alice.hear(event, event, eventAt(5, "deploy", bytes("v1.3")));
  assertEquals(alice.gossiped.length, 2);
  assertEquals(alice.gossiped[0], event.toHex());
  assertEquals(alice.events, [
    { type: "user_event", name: "deploy", payload: bytes("v1.2") },
    { type: "user_event", name: "deploy", payload: bytes("v1.3") },
  ]);
  await alice.hear(eventAt(5_000, "new"), event);
  assertEquals(alice.gossiped.length, 3);
  assertEquals(await alice.counters(), { "user events heard": 3, "user events too old": 1 });
});

Deno.test("of a flood a person sees the beginning", async () => {
  const alice = await Alice.among([BOB]);
  for (let at = 0; at < 60; at++) await alice.hear(eventAt(1 + at, `event ${at}`));
  assertEquals([alice.events.length, alice.gossiped.length], [20, 60]);
  assertEquals((await alice.counters())["not shown"], 40);
  await alice.clock.advance(1_000);
  await alice.hear(eventAt(99, "one"), eventAt(99, "two"), eventAt(99, "three"));
  assertEquals(alice.events.length, 22);
});

Deno.test("a query is shown, passed on, and answered to its member once", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(vector("query"), vector("query"));
  assertEquals(alice.gossiped, [vector("query").toHex()]);
  assertEquals(alice.events, [{ type: "query", name: "uptime", payload: new Uint8Array(), from: "bob" }]);
  assertEquals(alice.responses.map(({ to, flags, payload }) => [to, flags, textOf(payload)]), [
    [BOB.address, 0, 'error: Parley has no handler for the query "uptime"'],
  ]);
});

Deno.test("a query that wants an ack gets it first; one that is not to be passed on is not", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(query({ flags: 3 }));
  assertEquals(alice.gossiped, []);
  assertEquals(alice.responses.map(({ flags, payload }) => [flags, payload === null]), [[ACK_FLAGS, true], [0, false]]);
});

Deno.test("a query for others is passed on and not answered", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(query({ filters: Uint8Array.of(0, 0x91, 0xa3, ...bytes("bob")), flags: 1 }));
  await alice.hear(query({ filters: Uint8Array.of(9), id: 2 }));
  assertEquals([alice.gossiped.length, alice.sent.length, alice.events.length], [2, 0, 0]);
  assertEquals((await alice.counters())["queries with an unclear filter"], 1);
  await alice.hear(query({ filters: Uint8Array.of(0, 0x91, 0xa5, ...bytes("alice")), id: 3 }));
  assertEquals(alice.responses.length, 1);
});

Deno.test("who is no member is answered only when it asks for its own name", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(query({ port: 9 }), query({ port: 9, id: 2, name: "_serf_list-keys" }));
  assertEquals([alice.sent, alice.events], [[], []]);
  assertEquals((await alice.counters())["queries from no member"], 2);
  await alice.hear(query({ port: 9, id: 3, name: "_serf_conflict", payload: bytes("bob") }));
  const { address: _, ...where } = { ...BOB, addr: Uint8Array.of(127, 0, 0, 1), port: 7946, tags: new Map() };
  assertEquals(alice.responses.map(({ to, payload }) => [to, payload]), [["127.0.0.1:9", encodeConflictAnswer(where)]]);
});

Deno.test("whose name it is, is answered about members, about strangers, and not about us", async () => {
  const alice = await Alice.among([BOB]);
  for (const [at, name] of ["nobody", "alice"].entries()) {
    await alice.hear(query({ id: at, name: "_serf_conflict", payload: bytes(name) }));
  }
  assertEquals(alice.responses.map(({ payload }) => payload), [encodeConflictAnswer(undefined)]);
  assertEquals(alice.events, [], "that is between members");
});

Deno.test("a ping is only acknowledged, and what nobody knows not even that way answered", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(query({ name: "_serf_ping", flags: 1 }), query({ name: "_serf_new", id: 2 }));
  assertEquals(alice.responses.map(({ flags }) => flags), [ACK_FLAGS]);
  assertEquals((await alice.counters())["queries unknown"], 1);
  assertEquals(alice.events, []);
});

Deno.test("of a flood of queries the first are answered", async () => {
  const alice = await Alice.among([BOB]);
  for (let id = 0; id < 64; id++) await alice.hear(query({ id, name: "_serf_ping", flags: 1 }));
  assertEquals(alice.responses.length, 64);
  await alice.hear(query({ time: 10, name: "_serf_ping", flags: 1 }));
  assertEquals((await alice.counters())["queries not answered"], 1);
  await alice.clock.advance(63);
  await alice.hear(query({ time: 11, name: "_serf_ping", flags: 1 }));
  assertEquals(alice.responses.length, 65);
});

Deno.test("a copy of a response goes by others, if there are enough", async () => {
  const alice = await Alice.among([BOB, CAROL]);
  await alice.hear(query({ relay: 2 }));
  const [response, ...relays] = alice.sent;
  assertEquals(relays.map(({ to }) => to).toSorted(), [CAROL.address, BOB.address].toSorted());
  for (const { payload } of relays) {
    const relay = decodeSerf(payload);
    assertEquals(relay.ok && relay.value.type === "relay" && relay.value.content, response!.payload);
  }
  await alice.hear(query({ relay: 3, id: 2 }));
  assertEquals(alice.sent.length, 4);
});

Deno.test("no response is longer than Serf takes, and neither is a copy of one", async () => {
  // What is no text is shown as three bytes for each.
  const counts: number[] = [];
  for (let size = 200; size <= 300; size++) {
    const alice = await Alice.among([{ ...BOB, meta: new Uint8Array(size).fill(0xfe) }, CAROL]);
    await alice.hear(query({ name: "_serf_conflict", payload: bytes("bob"), relay: 1 }));
    for (const { payload } of alice.sent) assert(payload.length <= 1_024, `${payload.length} bytes`);
    counts.push(alice.sent.length);
  }
  assertEquals([...new Set(counts)], [2, 1, 0], "first with a copy, then without, then not at all");
});

Deno.test("the answer to a long name repeats its beginning", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(query({ name: "x".repeat(900) }));
  assertEquals(textOf(alice.responses[0]?.payload), `error: Parley has no handler for the query "${"x".repeat(100)}"`);
});

Deno.test("a message for another is passed on to members, and to nobody else", async () => {
  const alice = await Alice.among([BOB]);
  const relay = {
    type: "relay",
    addr: Uint8Array.of(127, 0, 0, 1),
    port: 7946,
    name: "bob",
    content: bytes("x"),
  } as const;
  await alice.hear(vector("relay"), { ...relay, port: 9 }, { ...relay, content: new Uint8Array() });
  assertEquals(alice.sent.map(({ to, payload }) => [to, payload]), [[BOB.address, vector("query-response")]]);
  assertEquals(await alice.counters(), { "relayed": 1, "relays to no member": 2 });
});

Deno.test("an answer to what we did not ask, and what is no message, is counted", async () => {
  const alice = await Alice.among([BOB]);
  await alice.hear(vector("query-response"), bytes("hello"), new Uint8Array(), vector("join").slice(0, 9));
  assertEquals(await alice.counters(), {
    "responses unasked for": 1,
    "message unknown_type": 1,
    "message empty": 1,
    "message truncated": 1,
  });
  assertEquals(alice.gossiped, []);
});

Deno.test("where a member believes to be is counted, and where nobody can be is too", async () => {
  const alice = await Alice.among([BOB]);
  for (const name of ["coordinate", "coordinate-nan", "coordinate-inf", "coordinate-huge"] as const) {
    await alice.tell({ type: "ping_completed", member: BOB, roundTripMs: 1, payload: vector(name) });
  }
  await alice.tell({ type: "ping_completed", member: BOB, roundTripMs: 1, payload: new Uint8Array() });
  assertEquals(await alice.counters(), { "coordinates heard": 1, "coordinate out_of_range": 3 });
});

Deno.test("who begins again after a crash asks who is there", async () => {
  const alice = new Alice({ listed: [member("aaron", 4), SELF, BOB] });
  await alice.clock.advance(10);
  assertEquals((await alice.state()).statusTimes, new Map([["aaron", 0], ["alice", 0], ["bob", 0]]));
  await alice.hear(vector("query"));
  assertEquals(alice.responses.length, 1);
});

const keyOf = (byte: number): Key => {
  const key = Key.of(new Uint8Array(16).fill(byte));
  if (!key.ok) throw new Error(key.problem);
  return key.key;
};
const [OLD, NEW] = [keyOf(1), keyOf(7)]; // the second is that of the vector

/** The rings after a query about a key, and what was answered. */
async function afterKeyQuery(
  name: string,
  keys: readonly Key[],
  payload: Uint8Array,
  switches: Switches = {},
): Promise<[string[], Uint8Array]> {
  const ring = Keyring.of(keys);
  if (!ring.ok) throw new Error(ring.problem);
  const alice = await Alice.among([BOB], { keyring: ring.keyring, switches });
  await alice.hear(query({ name: `_serf_${name}`, payload }));
  const changed = alice.guard.protection.keyring !== ring.keyring;
  assertEquals(alice.events, changed ? [{ type: "keys_changed", from: "bob" }] : []);
  return [alice.guard.protection.keyring.keys.map(String), alice.responses[0]!.payload!];
}

const YES = encodeKeyAnswer({ ok: true, message: "", keys: [], primary: "" });
const no = (message: string): Uint8Array => encodeKeyAnswer({ ok: false, message, keys: [], primary: "" });
const names = (...keys: readonly Key[]): string[] => keys.map(String);

Deno.test("keys are installed, used, removed and listed for an agent that asks", async () => {
  const request = vector("key-request");
  assertEquals(await afterKeyQuery("install-key", [OLD], request), [names(OLD, NEW), YES]);
  assertEquals(await afterKeyQuery("use-key", [OLD, NEW], request), [names(NEW, OLD), YES]);
  assertEquals(await afterKeyQuery("remove-key", [OLD, NEW], request), [names(OLD), YES]);
  const keys = [OLD, NEW].map((key) => key.toBase64());
  assertEquals(await afterKeyQuery("list-keys", [OLD, NEW], request), [
    names(OLD, NEW),
    encodeKeyAnswer({ ok: true, message: "", keys, primary: keys[0]! }),
  ]);
});

Deno.test("what cannot be done with a key is answered with the reason, and nothing changes", async () => {
  const request = vector("key-request");
  assertEquals(await afterKeyQuery("install-key", [OLD, NEW], request), [names(OLD, NEW), YES]);
  assertEquals(await afterKeyQuery("use-key", [OLD], request), [names(OLD), no("Requested key is not in the keyring")]);
  assertEquals(await afterKeyQuery("remove-key", [NEW], request), [
    names(NEW),
    no("Removing the primary key is not allowed"),
  ]);
  const short = Uint8Array.of(7, 0x81, 0xa3, ...bytes("Key"), 0xa2, 1, 2);
  const [, answer] = await afterKeyQuery("install-key", [OLD], short);
  assertEquals(answer, no("A key must have 16, 24 or 32 bytes, not 2"));
  assertEquals((await afterKeyQuery("use-key", [OLD], bytes("?")))[1], no("The request cannot be read"));
});

Deno.test("without a key nobody can be believed, and there is nothing to list", async () => {
  for (const name of ["install-key", "use-key", "remove-key"]) {
    const refused = no("No keyring to modify (encryption not enabled)");
    assertEquals(await afterKeyQuery(name, [], vector("key-request")), [[], refused]);
  }
  assertEquals(await afterKeyQuery("list-keys", [], new Uint8Array()), [
    [],
    no("Keyring is empty (encryption not enabled)"),
  ]);
});

Deno.test("while plain text is taken or sent, nobody is told the keys or may change them", async () => {
  for (const switches of [{ verifyIncoming: false }, { verifyOutgoing: false }]) {
    for (const name of ["install-key", "use-key", "remove-key", "list-keys"]) {
      assertEquals(await afterKeyQuery(name, [OLD, NEW], vector("key-request"), switches), [
        names(OLD, NEW),
        no("Not while plain text is taken or sent"),
      ]);
    }
  }
});
