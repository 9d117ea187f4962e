import type { MemberView } from "../actors/membership.ts";
import { ownVersions } from "../actors/membership/member.ts";
import type { StepResult } from "../actors/peer/steps.ts";
import type { Profile } from "../actors/pool/profile.ts";
import { ipBytes, splitAddress } from "../transport/address.ts";
import { NODE_STATE, type NodeState } from "../transport/wire/message.ts";
import type { SimulatedPeer, World } from "./world.ts";

/**
 * Rows handed out at once, to so many peers at once: the news of them that everybody would gossip wait until they are
 * dropped, and nothing else happens meanwhile.
 */
const ROWS_AT_ONCE = 512;
const PEERS_AT_ONCE = 1_024;

/** As long as this takes each time; and how soon all have opened their ports at the latest. */
const STEP_MS = 1;
const FOUNDED_WITHIN_MS = 1_000;

/** No stream has this number, so that the answer to a table that came by none is dropped. */
const NO_SESSION = 0;

/**
 * Makes one cluster of peers that were started by hand and did nothing yet: each founds its own, and is then handed the
 * rows of all, as if they had come in an exchange of tables. What it would gossip of them is dropped, because everybody
 * has heard it. So the cluster is what it would be long after its last join, for the price of n² rows instead of their
 * gossip; and because everybody is handed the same rows, they are there once.
 */
export async function settle(
  world: World,
  peers: readonly SimulatedPeer[],
  profile: Profile,
  /** Lets so many ms of virtual time go by. */
  pass: (ms: number) => Promise<void> = (ms) => world.clock.advance(ms),
): Promise<readonly MemberView[]> {
  const views: MemberView[] = [];
  const rows: NodeState[] = [];
  let problem: string | undefined;
  for (const peer of peers) {
    world.clock.after(0, async () => {
      const founded = await found(peer);
      if (founded.ok) {
        views.push(founded.value);
        rows.push(rowOf(founded.value, profile));
      } else problem ??= `${peer.name} cannot be settled: ${founded.why}`;
    });
  }
  const isOver = (): boolean => rows.length === peers.length || problem !== undefined;
  await world.clock.until(isOver, FOUNDED_WITHIN_MS, "everybody is a member", STEP_MS);
  if (problem !== undefined) throw new Error(problem);
  for (let first = 0; first < peers.length; first += PEERS_AT_ONCE) {
    await handOut(rows, peers.slice(first, first + PEERS_AT_ONCE), pass);
  }
  return views;
}

/**
 * Tells peers whom there is to tell what they say, of which handing out the rows leaves nothing: without this, they say it
 * to those of whom there was news since, as that they came into a room.
 */
export function acquaint(peers: readonly SimulatedPeer[], members: readonly MemberView[]): void {
  for (const { cast } of peers) cast.get("broadcaster").tell({ type: "members", members });
}

async function handOut(
  rows: readonly NodeState[],
  peers: readonly SimulatedPeer[],
  pass: (ms: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const nodes = rows.slice(from, from + ROWS_AT_ONCE);
    for (const { cast } of peers) {
      cast.get("broadcaster").tell({ type: "stop_gossip" });
      cast.get("membership").tell({
        type: "push_pull_asked",
        session: NO_SESSION,
        message: { type: "push_pull", join: false, nodes, userState: NO_STATE },
      });
    }
    await pass(STEP_MS);
  }
  for (const { cast } of peers) {
    cast.get("broadcaster").tell({ type: "stop_gossip" });
    cast.get("broadcaster").tell({ type: "start_gossip" });
  }
}

const NO_STATE = new Uint8Array();

async function found({ steps }: SimulatedPeer): Promise<StepResult<MemberView>> {
  const configured = await steps.configure();
  return configured.ok ? await steps.create() : configured;
}

/** What a member says of itself, as a row of a table. */
function rowOf({ name, address, meta, incarnation }: MemberView, profile: Profile): NodeState {
  return {
    name,
    addr: ipBytes(address),
    port: splitAddress(address).port,
    meta,
    incarnation,
    state: NODE_STATE.alive,
    vsn: Uint8Array.from(ownVersions(profile)),
  };
}
