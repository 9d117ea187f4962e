/** Reads the recorded scenarios: their JSON as types, and their messages as ours. */
import scenariosJson from "../../data/scenarios.json" with { type: "json" };
import type { Alive, Dead, NodeState, Suspect } from "../../../transport/wire/message.ts";

/** Bytes as the recordings write them. */
export type Hex = Readonly<{ $hex: string }> | null;

/** The fields of a recorded message, by their wire names. */
export type Fields = Readonly<
  Partial<{ Node: string; From: string; Incarnation: number; Addr: Hex; Port: number; Meta: Hex; Vsn: Hex }>
>;

export type RecordedEvent = Readonly<{
  event: "join" | "update" | "leave" | "conflict" | "notify_merge" | "merge_remote_state";
  name?: string;
  existing?: string;
  other?: string;
}>;

export type RemoteNode = Readonly<
  { Name: string; Addr: Hex; Port: number; Meta: Hex; Incarnation: number; State: number; Vsn: Hex }
>;

/** Everything that is observable after a step. */
export type Observed = Readonly<{
  nodes: readonly Readonly<
    { name: string; addr: string; port: number; meta: string; incarnation: number; state: string; vsn: number[] }
  >[];
  events: readonly RecordedEvent[];
  broadcasts: readonly Readonly<{ key: string; type_name: string; fields: Fields }>[];
  suspicions: Readonly<Record<string, Record<string, number>>>;
  health: number;
}>;

export type StateOp =
  | Readonly<{ op: "start" | "local_leave" | "probe_ring_wraps" }>
  | Readonly<{ op: "receive"; message: { type_name?: string; type: number; fields: Fields } }>
  | Readonly<{ op: "push_pull"; accepted: boolean; join: boolean; remote_nodes: readonly RemoteNode[] }>
  | Readonly<{ op: "suspicion_expires"; node: string }>
  | Readonly<{ op: "time_passes_since_state_change"; node: string; seconds: number }>
  | Readonly<{ op: "local_update"; meta: string }>;

export type Config = Readonly<
  Partial<{
    suspicion_mult: number;
    suspicion_max_timeout_mult: number;
    probe_interval_ms: number;
    dead_node_reclaim_time_s: number;
    gossip_to_the_dead_time_s: number;
    delegate_versions: [number, number, number];
    alive_delegate_refuses: string;
    merge_delegate_refuses: string;
    num_nodes: number;
    retransmit_mult: number;
  }>
>;

export type Scenario<Step> = Readonly<
  { name: string; kind: "state" | "queue"; note: string; config: Config; steps: readonly Step[] }
>;

/** The scenarios of one kind. */
export function scenarios<Step>(kind: "state" | "queue"): readonly Scenario<Step>[] {
  const all = scenariosJson.scenarios as unknown as readonly Scenario<Step>[];
  return all.filter((scenario) => scenario.kind === kind);
}

export function bytes(hex: Hex | undefined): Uint8Array {
  return hex ? Uint8Array.fromHex(hex.$hex) : new Uint8Array();
}

/** A recorded alive (4), suspect (3) or dead (5). */
export function toMessage(type: number, fields: Fields): Alive | Suspect | Dead {
  const { Node: node = "", From: from = "", Incarnation: incarnation = 0, Port: port = 0 } = fields;
  if (type === 3) return { type: "suspect", node, from, incarnation };
  if (type === 5) return { type: "dead", node, from, incarnation };
  const [addr, meta, vsn] = [bytes(fields.Addr), bytes(fields.Meta), bytes(fields.Vsn)];
  return { type: "alive", node, incarnation, addr, port, meta, vsn };
}

export function toNodeState(row: RemoteNode): NodeState {
  return {
    name: row.Name,
    addr: bytes(row.Addr),
    port: row.Port,
    meta: bytes(row.Meta),
    incarnation: row.Incarnation,
    state: row.State,
    vsn: bytes(row.Vsn),
  };
}
