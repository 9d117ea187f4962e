import { hasSerf } from "../../tests/support/serf_agent.ts";
import { startParley } from "./parley.ts";
import type { StartGroup } from "./peer.ts";
import { startGossipsub, startNats, startTcpMesh } from "./programs.ts";
import { startSerf } from "./serf.ts";

/** Whose figures are wanted. */
export const OURS = "parley";

/** The floor. */
export const TCP_MESH = "tcp_mesh";

/** Every contender, ours first. */
export const GROUPS: Readonly<Record<string, StartGroup>> = {
  [OURS]: startParley,
  [TCP_MESH]: startTcpMesh,
  nats: startNats,
  gossipsub: startGossipsub("signed"),
  gossipsub_unsigned: startGossipsub("unsigned"),
  serf: startSerf,
};

/** Which of them can run here; the others need programs of Debian's. */
export function groupsHere(): readonly string[] {
  return Object.keys(GROUPS).filter((name) => (name !== "nats" || hasNats()) && (name !== "serf" || hasSerf()));
}

function hasNats(): boolean {
  try {
    return new Deno.Command("nats-server", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}
