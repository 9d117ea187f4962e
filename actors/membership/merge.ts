/**
 * The rules by which news about members change the table: `aliveNode`, `suspectNode` and `deadNode` of memberlist's
 * `state.go`, which are SWIM 4.2 with a way back for the dead. Whoever calls has asked the vetoes.
 */
import { addressFromBytes } from "../../transport/address.ts";
import type { Alive, Dead, Suspect } from "../../transport/wire/message.ts";
import { isAllowed } from "./allowed_addresses.ts";
import { portMeant } from "../pool/capability.ts";
import { ignored, type MembershipEffect } from "./effect.ts";
import { isListed, type Member, parseVersions, placeholder, sameBytes } from "./member.ts";
import { firstQuestion } from "./questioning.ts";
import { answerAccuser, refute } from "./refutation.ts";
import type { Moment, Roster } from "./roster.ts";
import { confirm, expiresAfterMs, startSuspicion } from "./suspicion.ts";

/** What somebody says of a node. */
export type Claim = Alive | Suspect | Dead;

/** What others say of a node. */
export function applyClaim(roster: Roster, claim: Claim, moment: Moment): MembershipEffect[] {
  switch (claim.type) {
    case "alive":
      return applyAlive(roster, claim, "network", moment);
    case "suspect":
      return applySuspect(roster, claim, moment);
    case "dead":
      return applyDead(roster, claim, moment);
  }
}

/** Whether an alive gets as far as the application's veto (the beginning of `aliveNode`). */
export function isProposable(roster: Roster, alive: Alive, moment: Moment): boolean {
  return !(alive.node === roster.self && roster.left) && hasGoodVersions(alive.vsn, moment);
}

/** Where an alive comes from: others, or ourselves, whom we need not refute. */
type AliveSource = "network" | "local";

/** At most one repeated accusation a name in this time, in ms: a straggler gossips faster than it can hear. */
const STALE_ALIVE_ANSWER_INTERVAL_MS = 1000;

/** Somebody vouches for a node, usually itself. */
export function applyAlive(roster: Roster, claim: Alive, source: AliveSource, moment: Moment): MembershipEffect[] {
  const port = source === "local" ? claim.port : portMeant(claim.port, roster.bindPort, moment.profile);
  const alive = port === claim.port ? claim : { ...claim, port };
  const isSelf = alive.node === roster.self;
  if (isSelf && roster.left) return ignored("alive_after_own_leave", alive.node);
  if (!hasGoodVersions(alive.vsn, moment)) return ignored("alive_bad_versions", alive.node);

  const known = roster.get(alive.node);
  if (known === undefined) return welcome(roster, alive, moment);
  const isElsewhere = !sameBytes(known.addr, alive.addr) || known.port !== alive.port;
  if (isElsewhere) {
    if (source === "network" && !isAllowed(moment.profile.addressesAllowed, alive.addr)) {
      return ignored("alive_address_not_allowed", alive.node);
    }
    return isFreeToTake(known, moment) && addressFromBytes(alive.addr, alive.port) !== undefined
      ? accept(roster, known, alive, moment)
      : [{ type: "conflict", known, offered: alive }];
  }
  if (!isSelf && alive.incarnation <= known.incarnation) return answerStale(roster, known, alive, moment);
  if (isSelf && alive.incarnation < known.incarnation) return ignored("alive_stale", alive.node);
  if (isSelf && source === "network") return hearOfSelf(roster, known, alive);
  return accept(roster, known, alive, moment);
}

/** Somebody got no answer from a node. */
export function applySuspect(roster: Roster, claim: Suspect, moment: Moment): MembershipEffect[] {
  const known = roster.get(claim.node);
  if (known === undefined || claim.incarnation < known.incarnation) return hearStale(roster, claim, moment);
  if (roster.suspicions.has(claim.node)) return confirmSuspicion(roster, known, claim, moment);
  if (known.state !== "alive") {
    raiseIncarnation(roster, known, claim.incarnation, moment);
    return ignored("suspect_of_gone", claim.node);
  }
  if (claim.node === roster.self) return deny(roster, known, claim, moment);
  return suspect(roster, known, claim, moment);
}

/** Somebody declares a node dead; the node itself, if it leaves. */
export function applyDead(roster: Roster, claim: Dead, moment: Moment): MembershipEffect[] {
  const known = roster.get(claim.node);
  if (known === undefined || claim.incarnation < known.incarnation) return hearStale(roster, claim, moment);
  const effects = dropSuspicion(roster, claim.node);
  if (known.state === "dead" || known.state === "left") {
    raiseIncarnation(roster, known, claim.incarnation, moment);
    return [...effects, ...ignored("dead_already", claim.node)];
  }
  if (claim.node === roster.self && !roster.left) return [...effects, ...deny(roster, known, claim, moment)];

  const state = claim.from === claim.node ? "left" : "dead";
  const member: Member = { ...known, state, incarnation: claim.incarnation, changedAt: moment.now };
  roster.replace(member);
  return [
    ...effects,
    { type: "broadcast", key: claim.node, message: claim },
    { type: "announce", event: "leave", member, by: claim.from },
  ];
}

/** A suspicion's timer fired: nobody refuted, so the suspect is dead. A token of an earlier suspicion does nothing. */
export function suspicionExpired(roster: Roster, node: string, token: number, moment: Moment): MembershipEffect[] {
  const known = roster.get(node);
  if (known?.state !== "suspect" || roster.suspicions.get(node)?.token !== token) return ignored("timer_stale", node);
  return applyDead(roster, { type: "dead", node, incarnation: known.incarnation, from: roster.self }, moment);
}

/** Gives all suspects so many ms more, because we could not hear what they had to say. */
export function postponeSuspicions(roster: Roster, byMs: number, now: number): MembershipEffect[] {
  return [...roster.suspicions].map(([node, suspicion]) => {
    const postponed = { ...suspicion, startedAt: suspicion.startedAt + byMs };
    roster.suspicions.set(node, postponed);
    return { type: "start_timer", node, token: suspicion.token, afterMs: expiresAfterMs(postponed, now) } as const;
  });
}

/**
 * The original looks at the first two bytes only, and takes an alive without any, or of a node that speaks what it does
 * not understand: once in a table, either refuses every exchange (issue 178). No real member says such a thing of itself.
 */
function hasGoodVersions(vsn: Uint8Array, { profile }: Moment): boolean {
  const [min = 1, max = min, cur = min, dMin = 0, dMax = dMin, dCur = dMin] = vsn;
  if (vsn.length >= 3 && (min === 0 || max === 0 || min > max)) return false;
  if (!profile.mends.versionsRequired) return true;
  return vsn.length >= 6 && min <= cur && cur <= max && dMin <= dCur && dCur <= dMax;
}

/** A name heard for the first time. Incarnation 0 vouches for nothing, and leaves a dead placeholder. */
function welcome(roster: Roster, alive: Alive, moment: Moment): MembershipEffect[] {
  const entry = placeholder(alive);
  if (entry === undefined) return ignored("alive_malformed", alive.node);
  if (alive.node !== roster.self && !isAllowed(moment.profile.addressesAllowed, alive.addr)) {
    return ignored("alive_address_not_allowed", alive.node);
  }
  if (roster.size >= moment.profile.membersMax) return ignored("alive_table_full", alive.node);
  const buried = roster.graveOf(alive.node, alive.addr, alive.port, moment.now);
  if (buried !== undefined && alive.incarnation <= buried.incarnation) return haunt(roster, buried, moment);
  roster.graves.delete(alive.node);
  roster.insert(entry, moment.random);
  const crowdedOut = crowdOut(roster, moment);
  return alive.incarnation === 0 && alive.node !== roster.self
    ? [...crowdedOut, ...ignored("alive_stale", alive.node)]
    : [...crowdedOut, ...accept(roster, entry, alive, moment)];
}

/** Names cost a flood nothing; so of those whom nobody has ever met, those that came first have to go. */
function crowdOut(roster: Roster, { profile }: Moment): MembershipEffect[] {
  const effects: MembershipEffect[] = [];
  for (const name of roster.unverified) {
    if (roster.unverified.size <= profile.unverifiedMax) break;
    const member = roster.get(name)!;
    effects.push(...dropSuspicion(roster, name), { type: "crowded_out", member });
    if (isListed(member)) {
      effects.push({ type: "announce", event: "leave", member: { ...member, state: "left" }, by: roster.self });
    }
    roster.remove(name);
  }
  return effects;
}

/** Who left freed the name; a dead one's may be taken over after the reclaim time, if there is one. */
function isFreeToTake(known: Member, { now, profile }: Moment): boolean {
  const { deadNodeReclaimMs } = profile;
  const isReclaimable = known.state === "dead" && deadNodeReclaimMs > 0 && now - known.changedAt > deadNodeReclaimMs;
  return known.state === "left" || isReclaimable;
}

function accept(roster: Roster, known: Member, alive: Alive, { now }: Moment): MembershipEffect[] {
  const effects = dropSuspicion(roster, known.name);
  const { addr, port, incarnation } = alive;
  const member: Member = {
    ...known,
    addr,
    port,
    address: addressFromBytes(addr, port) ?? known.address,
    meta: alive.meta ?? new Uint8Array(),
    versions: alive.vsn.length < 6 ? known.versions : parseVersions(alive.vsn),
    incarnation,
    state: "alive",
    changedAt: known.state === "alive" ? known.changedAt : now,
  };
  roster.replace(member);
  if (member.address !== known.address) roster.doubt(known.name);
  effects.push({ type: "broadcast", key: known.name, message: alive });
  return [...effects, ...announceAlive(known, member)];
}

function announceAlive(before: Member, member: Member): MembershipEffect[] {
  if (before.state === "dead" || before.state === "left") return [{ type: "announce", event: "join", member }];
  const effects: MembershipEffect[] = [];
  if (before.state === "suspect") effects.push({ type: "announce", event: "unsuspect", member });
  if (!sameBytes(before.meta, member.meta)) effects.push({ type: "announce", event: "update", member });
  return effects;
}

/** Our own words coming back are harmless; others under our name and address are an earlier life's, or a forger's. */
function hearOfSelf(roster: Roster, own: Member, alive: Alive): MembershipEffect[] {
  const isEcho = alive.incarnation === own.incarnation &&
    sameBytes(alive.meta ?? new Uint8Array(), own.meta) &&
    sameBytes(alive.vsn, Uint8Array.from(own.versions));
  return isEcho ? ignored("alive_echo", alive.node) : refute(roster, own, alive.incarnation);
}

/** We are accused: everybody is told that it is not so, and the accuser before all. */
function deny(roster: Roster, own: Member, { incarnation, from }: Suspect | Dead, moment: Moment): MembershipEffect[] {
  const effects = refute(roster, own, incarnation);
  return roster.incarnation > incarnation ? [...effects, ...answerAccuser(roster, from, moment)] : effects;
}

/** An accusation that was refuted already, or of nobody we know. If it is of ourselves, who made it missed our words. */
function hearStale(roster: Roster, { node, from }: Suspect | Dead, moment: Moment): MembershipEffect[] {
  const answer = node === roster.self && !roster.left ? answerAccuser(roster, from, moment) : [];
  return [...ignored("accusation_stale", node), ...answer];
}

function suspect(roster: Roster, known: Member, claim: Suspect, moment: Moment): MembershipEffect[] {
  const [broadcast, ...timers] = beginSuspicion(roster, known, claim, moment);
  const member = roster.get(known.name)!;
  return [broadcast!, { type: "announce", event: "suspect", member, by: claim.from }, ...timers];
}

function beginSuspicion(
  roster: Roster,
  known: Member,
  claim: Suspect,
  { now, profile }: Moment,
): MembershipEffect[] {
  const member: Member = { ...known, state: "suspect", incarnation: claim.incarnation, changedAt: now };
  roster.replace(member);
  const suspicion = startSuspicion(roster.nextToken(), claim.from, roster.size, now, profile);
  roster.suspicions.set(known.name, suspicion);
  const afterMs = expiresAfterMs(suspicion, now);
  return [
    { type: "broadcast", key: known.name, message: claim },
    { type: "start_timer", node: known.name, token: suspicion.token, afterMs },
    ...firstQuestion(known.name, suspicion, profile),
  ];
}

/**
 * Only an accuser that counts is passed on, or every suspicion would echo through the cluster for ever. In memberlist
 * the accusation of a later life confirms a suspicion of an earlier one, which that life has refuted; and then its old
 * timer declares dead who was only just suspected, and has had no time to refute.
 */
function confirmSuspicion(roster: Roster, known: Member, claim: Suspect, moment: Moment): MembershipEffect[] {
  if (moment.profile.mends.suspicionsRenewed && claim.incarnation > known.incarnation) {
    return [...dropSuspicion(roster, known.name), ...beginSuspicion(roster, known, claim, moment)];
  }
  raiseIncarnation(roster, known, claim.incarnation, moment);
  const confirmed = confirm(roster.suspicions.get(known.name)!, claim.from);
  if (confirmed === undefined) return ignored("suspect_uncounted", known.name);
  roster.suspicions.set(known.name, confirmed);
  const afterMs = expiresAfterMs(confirmed, moment.now);
  return [
    { type: "broadcast", key: known.name, message: claim },
    { type: "start_timer", node: known.name, token: confirmed.token, afterMs },
  ];
}

function dropSuspicion(roster: Roster, node: string): MembershipEffect[] {
  const suspicion = roster.suspicions.get(node);
  if (suspicion === undefined) return [];
  roster.suspicions.delete(node);
  return [{ type: "stop_timer", token: suspicion.token }];
}

/** Never our own: only we raise that, by refuting. */
function raiseIncarnation(roster: Roster, known: Member, incarnation: number, { profile }: Moment): void {
  if (!profile.mends.incarnationsRaised || known.name === roster.self || incarnation <= known.incarnation) return;
  roster.replace({ ...known, incarnation });
}

/** An alive older than what we believe: whoever sends it may not know that it has something to refute. */
function answerStale(roster: Roster, known: Member, alive: Alive, moment: Moment): MembershipEffect[] {
  const isAccused = known.state === "suspect" || known.state === "dead";
  if (!moment.profile.mends.staleAliveAnswered || !isAccused || alive.incarnation >= known.incarnation) {
    return ignored("alive_stale", known.name);
  }
  return [...ignored("alive_stale", known.name), ...repeatAccusation(roster, known, moment)];
}

/** An alive of somebody we have already forgotten: no join, but a living one may now refute. */
function haunt(roster: Roster, buried: Member, moment: Moment): MembershipEffect[] {
  return [...ignored("alive_from_the_grave", buried.name), ...repeatAccusation(roster, buried, moment)];
}

function repeatAccusation(roster: Roster, member: Member, { now }: Moment): MembershipEffect[] {
  const last = roster.answeredAt.get(member.name) ?? -Infinity;
  if (now - last < STALE_ALIVE_ANSWER_INTERVAL_MS) return [];
  roster.answeredAt.set(member.name, now);
  return [{ type: "accuse", to: member.address, message: accusationOf(roster, member) }];
}

/** What we hold against a member, in the words that made us believe it as far as we remember them. */
function accusationOf(roster: Roster, { name: node, incarnation, state }: Member): Suspect | Dead {
  if (state !== "suspect") return { type: "dead", node, incarnation, from: state === "left" ? node : roster.self };
  const [accuser = roster.self] = roster.suspicions.get(node)?.heard ?? [];
  return { type: "suspect", node, incarnation, from: accuser };
}
