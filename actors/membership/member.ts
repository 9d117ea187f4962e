import { type Address, addressFromBytes } from "../../transport/address.ts";
import { NAME_BYTES_MAX, validName } from "../../transport/wire/validate.ts";
import { type Alive, NODE_STATE, type NodeState } from "../../transport/wire/message.ts";
import type { MemberView } from "../membership.ts";
import type { Profile } from "../pool/profile.ts";
import { PROTOCOL_VERSIONS } from "../pool/profile.ts";
import type { Brand } from "../runtime/brand.ts";

/**
 * The name by which a pool knows a member, compared exactly. Ours is made by {@linkcode parseNodeName}; others may have
 * what `validName` takes, because memberlist and Serf allow blanks and more.
 */
export type NodeName = Brand<string, "NodeName">;

/** What is believed of a member. `dead` was found out or said by others; `left` said so itself. */
export type MemberState = keyof typeof NODE_STATE;

/** pMin, pMax, pCur, dMin, dMax, dCur: what is understood and spoken of the protocol and of the application's. */
export type Versions = readonly [
  protocolMin: number,
  protocolMax: number,
  protocol: number,
  delegateMin: number,
  delegateMax: number,
  delegate: number,
];

/** One row of the table: never changed, only replaced, so it may be handed to anybody. */
export type Member = Readonly<{
  name: NodeName;
  /** 4 or 16 raw bytes; an IPv4-mapped address differs from the plain one, as in memberlist. */
  addr: Uint8Array;
  port: number;
  /** The same two as sockets want them. */
  address: Address;
  /** The application's bytes. */
  meta: Uint8Array;
  versions: Versions;
  /** How often the member has vouched for itself; only it raises this (SWIM, section 4.2). */
  incarnation: number;
  state: MemberState;
  /** Our own monotonic time in ms when `state` last changed; −Infinity for a placeholder. */
  changedAt: number;
}>;

/**
 * A name from text; `undefined` when it is empty, longer than 128 bytes of UTF-8, or holds anything that would mislead
 * on a screen or in a command: control and format characters (bidi marks, zero width), lone surrogates, white space,
 * or `/` (which separates name and address when joining).
 */
export function parseNodeName(text: string): NodeName | undefined {
  if (text === "" || /[\p{Cc}\p{Cf}\p{Cs}\p{Z}/]/u.test(text)) return undefined;
  return new TextEncoder().encode(text).length > NAME_BYTES_MAX ? undefined : text as NodeName;
}

/** The six versions of a message; all 0 when there are fewer than six bytes, as memberlist counts them. */
export function parseVersions(vsn: Uint8Array): Versions {
  if (vsn.length < 6) return [0, 0, 0, 0, 0, 0];
  if (sameBytes(vsn, common.vsn)) return common.versions;
  common = {
    vsn: vsn.length === 6 ? vsn : vsn.slice(0, 6),
    versions: [vsn[0]!, vsn[1]!, vsn[2]!, vsn[3]!, vsn[4]!, vsn[5]!],
  };
  return common.versions;
}

function vsnOf(versions: Versions): Uint8Array {
  return versions === common.versions ? common.vsn : Uint8Array.from(versions);
}

/** Those of the last that were asked for: most members have the same, and each row of each table would have its own. */
let common: Readonly<{ vsn: Uint8Array; versions: Versions }> = {
  vsn: new Uint8Array(6),
  versions: [0, 0, 0, 0, 0, 0],
};

/** What a node of this profile announces about itself. */
export function ownVersions(profile: Profile): Versions {
  return [PROTOCOL_VERSIONS.min, PROTOCOL_VERSIONS.max, profile.protocolVersion, ...profile.delegateVersions];
}

/** Whether the member counts: `alive` or `suspect` (what memberlist's Members returns). */
export function isListed(member: Member): boolean {
  return member.state === "alive" || member.state === "suspect";
}

/** The member as others may see it. */
export function viewOf({ name, address, state, incarnation, meta }: Member): MemberView {
  return { name, address, state, incarnation, meta };
}

/** Whom an alive speaks of, as others may see it; `undefined` if its address is none. */
export function viewOfAlive({ node, addr, port, incarnation, meta }: Alive): MemberView | undefined {
  const address = addressFromBytes(addr, port);
  if (address === undefined) return undefined;
  return { name: node, address, state: "alive", incarnation, meta: meta ?? new Uint8Array() };
}

/** Whom a row of a push/pull speaks of, as others may see it; `undefined` if its address or state is none. */
export function viewOfRow(row: NodeState): MemberView | undefined {
  const [view, state] = [viewOfAlive(aliveFromNodeState(row)), stateOfRow(row)];
  return view === undefined || state === undefined ? undefined : { ...view, state };
}

/** The member vouching for itself, as it goes into packets. */
export function toAlive(member: Member): Alive {
  const { name: node, addr, port, meta, incarnation, versions } = member;
  return { type: "alive", node, addr, port, meta, incarnation, vsn: vsnOf(versions) };
}

/** The member as a row of a push/pull. */
export function toNodeState(member: Member): NodeState {
  const { name, addr, port, meta, incarnation, state, versions } = member;
  return { name, addr, port, meta, incarnation, state: NODE_STATE[state], vsn: vsnOf(versions) };
}

/** The alive message that a row of a push/pull stands for. */
export function aliveFromNodeState(row: NodeState): Alive {
  const { name: node, addr, port, meta, incarnation, vsn } = row;
  return { type: "alive", node, addr, port, meta, incarnation, vsn };
}

/** What a row of a push/pull says about its node; `undefined` for a number that nobody has defined. */
export function stateOfRow(row: NodeState): MemberState | undefined {
  return STATES[row.state];
}

const STATES = Object.entries(NODE_STATE).reduce<MemberState[]>((states, [state, number]) => {
  states[number] = state as MemberState;
  return states;
}, []);

/**
 * The entry that a first alive creates: dead and without an incarnation, so that the rules for a return apply to a
 * first appearance too (`aliveNode` in `state.go`). `undefined` if the name or the address is none.
 */
export function placeholder(alive: Alive): Member | undefined {
  const address = addressFromBytes(alive.addr, alive.port);
  if (!validName(alive.node) || address === undefined) return undefined;
  return {
    name: alive.node as NodeName,
    addr: alive.addr,
    port: alive.port,
    address,
    meta: alive.meta ?? new Uint8Array(),
    versions: parseVersions(alive.vsn),
    incarnation: 0,
    state: "dead",
    changedAt: -Infinity,
  };
}

/** Whether two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false; // asked for each alive: no closure
  return true;
}
