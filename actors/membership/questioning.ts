/**
 * Before a suspect is declared dead it is asked, to its face, by who suspects it. Gossip is sent a few times and then no
 * more, so now and then one member hears an accusation and misses what the accused answered; in memberlist it declares a
 * well member dead then. The question is what Lifeguard's Buddy System adds to a ping; but there it waits for the
 * suspect's turn in the probe ring, which may come too late.
 */
import type { Profile } from "../pool/profile.ts";
import type { MembershipEffect } from "./effect.ts";
import type { Moment, Roster } from "./roster.ts";
import type { Suspicion } from "./suspicion.ts";

/** Asked so often, each question and each answer may get lost; spread over the shortest time a suspicion can take. */
const QUESTIONS = 5;

/** Of more members, only so many ask each time, on the average: a suspect that lives must not drown in questions. */
const ASKERS = 64;

/** What a new suspicion needs so that questions come of it. */
export function firstQuestion(node: string, suspicion: Suspicion, profile: Profile): MembershipEffect[] {
  return profile.mends.suspectsAsked ? [later(node, suspicion, 1)] : [];
}

/** Asks the suspect, if it still is one, and thinks of the next question. A token of an earlier suspicion does nothing. */
export function questionDue(
  roster: Roster,
  question: Readonly<{ node: string; token: number; number: number }>,
  { random }: Moment,
): MembershipEffect[] {
  const { node, token, number } = question;
  const suspicion = roster.suspicions.get(node);
  const known = roster.get(node);
  if (known === undefined || suspicion?.token !== token) return [];
  const next = number < QUESTIONS ? [later(node, suspicion, number + 1)] : [];
  if (random.next() * roster.size >= ASKERS) return next;
  const { incarnation, address } = known;
  return [{ type: "accuse", to: address, message: { type: "suspect", node, incarnation, from: roster.self } }, ...next];
}

function later(node: string, { token, minMs }: Suspicion, number: number): MembershipEffect {
  return { type: "start_question", node, token, number, afterMs: minMs / (QUESTIONS + 1) };
}
