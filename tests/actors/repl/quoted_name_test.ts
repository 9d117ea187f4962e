import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { GuestReply } from "../../../actors/chat_room.ts";
import { local } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { beginningOfName, needsQuotes, quoted, readName } from "../../../actors/repl/quoted_name.ts";
import { World } from "../../../sim/world.ts";
import { openSimulatedTransportOn } from "../../../transport/simulated_transport.ts";
import { PoolMember } from "../../support/pool_member.ts";
import { ANY_PORT, outcomeOf } from "../../support/linked_peers.ts";
import { Seat } from "../../support/seat.ts";

const TYPED: Readonly<Record<string, string>> = {
  "bob": "bob",
  "Bob's-host.local": "Bob's-host.local",
  "Bob Smith": '"Bob Smith"',
  " bob ": '" bob "',
  'Bob "B" Smith': String.raw`"Bob \"B\" Smith"`,
  '"': String.raw`"\""`,
  'b"': 'b"',
  [String.raw`a\b`]: String.raw`a\b`,
  [String.raw`a \b`]: String.raw`"a \\b"`,
  "a\u00a0b": '"a\u00a0b"',
};

for (const [name, typed] of Object.entries(TYPED)) {
  Deno.test(`the name ${JSON.stringify(name)} is typed ${typed}, and read so`, () => {
    assertEquals(needsQuotes(name) ? quoted(name) : name, typed);
    assertEquals(readName(quoted(name)), name);
    assertEquals(readName(typed), name);
  });
}

Deno.test("what is no name, or more than one, is not read as one", () => {
  for (const text of ["", "alice bob", '"alice', '"', '"alice" bob', '"alice" "bob"', String.raw`"alice\"`]) {
    assertEquals(readName(text), undefined, text);
  }
});

Deno.test("the beginning of a name is what was typed of it, with or without the first quote", () => {
  assertEquals(beginningOfName("Bob S"), "Bob S");
  assertEquals(beginningOfName('"Bob S'), "Bob S");
  assertEquals(beginningOfName(String.raw`"Bob \"B`), 'Bob "B');
  assertEquals(beginningOfName(""), "");
});

/** Has a member of another program join, as `ping` and `play` take it, and a guest of that name come to the room. */
async function come(world: World, name: string, { peer }: Seat): Promise<void> {
  const member = new PoolMember({
    name,
    profile: local,
    openTransport: openSimulatedTransportOn(world.network),
    clock: world.clock,
    random: seededRandom(name),
  });
  const joined = outcomeOf(member.create(ANY_PORT).then(() => member.join(peer.memory.address!)));
  await world.clock.until(() => joined.settled, 10_000, `${name} is a member`);
  const room = "lobby" as RoomName;
  const came = outcomeOf(
    peer.cast.get("rooms").ask<GuestReply>(
      (replyTo) => ({ type: "guest", room, message: { type: "guest_join", guest: name, replyTo } }),
      1_000,
    ),
  );
  await world.clock.until(() => came.settled, 1_000, `${name} is in the room`);
}

Deno.test("Tab does not offer a name that would not be seen as it is", async () => {
  const world = new World({ seed: 12 });
  const seat = new Seat(world, "alice", { interactive: true });
  await world.clock.advance(1_000);
  await come(world, "bob\u00ad x", seat);
  await world.clock.advance(3_000);
  await seat.keys("/ping bo\t\t");
  await world.clock.advance(100);
  assertEquals(seat.typedRow, "alice #lobby> /ping bo\x07");
});

/** alice at a terminal, and others, some of whom have blanks in their names. */
async function seated(): Promise<{ world: World; seat: Seat }> {
  const world = new World({ seed: 12 });
  const seat = new Seat(world, "alice", { interactive: true });
  await world.clock.advance(1_000);
  for (const name of ["Bob Smith", "Bob Stone", "carol", "Carol Ann", "Carola"]) await come(world, name, seat);
  await world.clock.advance(3_000);
  return { world, seat };
}

for (const command of ["ping", "play", "chatmemberping"]) {
  Deno.test(`Tab behind ${command} quotes a name with blanks, and the command takes it`, async () => {
    const { world, seat } = await seated();
    const completed: Readonly<Record<string, string>> = {
      [`/${command} Bob Sm`]: `/${command} "Bob Smith" `,
      [`/${command} "Bob St`]: `/${command} "Bob Stone" `,
      [`/${command} B`]: `/${command} "Bob S`,
      [`/${command} C`]: `/${command} "Carol`,
      [`/${command}   c`]: `/${command}   carol `,
    };
    for (const [typed, line] of Object.entries(completed)) {
      await seat.keys(`${typed}\t`);
      await world.clock.advance(100);
      assertEquals(seat.typedRow, `alice #lobby> ${line}`, typed);
      await seat.keys("\x03");
    }
    seat.look();
    const shown = (await seat.enter(`/${command} "Bob Smith"`, 1_000)).join("\n");
    assertEquals(/Bob Smith (answered|takes|is in #lobby and answered)/.test(shown), true, shown);
    assertEquals((await seat.enter(`/${command} Bob Smith`)).some((line) => line.includes("Usage")), true);
  });
}
