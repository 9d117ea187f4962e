import { encodeTags, ownTags } from "../../actors/serf/tags.ts";
import { goPeerProgram } from "../../tests/support/go_peer_program.ts";
import { VERSION } from "../../version.ts";
import { LineProcess } from "../line_process.ts";
import type { Member, MemberOptions, Sighting } from "./member.ts";

type Said = Readonly<{
  event?: string;
  node?: Readonly<{ name: string }>;
  answer?: number;
  traffic?: Readonly<{ packetBytesSent: number; streamBytesSent: number }>;
}>;

/** What ours say of themselves, so that the tables are of one size. */
const PARLEY_META = encodeTags(ownTags({ version: VERSION, rooms: [] }));

/** A member that runs hashicorp/memberlist, of the program in `tests/interop/go/`. */
export async function startGo({ name, bind, profile, place, saw }: MemberOptions): Promise<Member> {
  const flags = ["-name", name, "-bind", bind, "-profile", profile, "-count-traffic"];
  const process = new LineProcess([await goPeerProgram(), ...flags], place.env, (line, atMs) => {
    const sighting = sightingIn(line);
    if (sighting !== undefined) saw(sighting, atMs);
  });
  let asked = 0;
  const meta = { id: ++asked, do: "update_meta", bytes: PARLEY_META.toBase64(), timeoutMs: 1_000 };
  await process.ask(JSON.stringify(meta), (line) => line.startsWith(`{"answer":${meta.id},`) ? line : undefined);
  return {
    name,
    address: bind,
    pid: process.pid,
    join: (address) => process.say(JSON.stringify({ id: ++asked, do: "join", addresses: [address] })),
    traffic: async () => {
      const id = ++asked;
      const { packetBytesSent, streamBytesSent } = await process.ask(
        JSON.stringify({ id, do: "traffic" }),
        (line) => line.startsWith(`{"answer":${id},`) ? (JSON.parse(line) as Said).traffic : undefined,
      );
      return { packetBytes: packetBytesSent, streamBytes: streamBytesSent };
    },
    kill: () => process.kill(),
  };
}

/** The library tells its application of joins and leaves only; what it suspects itself stands in its log. */
export function sightingIn(line: string): Sighting | undefined {
  const suspected = /\[INFO\] memberlist: Suspect (\S+) has failed, no acks received$/.exec(line);
  if (suspected !== null) return { type: "suspected", name: suspected[1]! };
  const isJoin = line.startsWith('{"event":"join"');
  if (!isJoin && !line.startsWith('{"event":"leave"')) return undefined;
  const { node } = JSON.parse(line) as Said;
  return node && { type: isJoin ? "joined" : "failed", name: node.name };
}
