import type { Address } from "../../transport/address.ts";
import type { RegistryPeer } from "../bootstrap.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { MemberView } from "../membership.ts";
import { isParley } from "../serf/tags.ts";
import { addressesOf, type StepResult, type Steps } from "./steps.ts";

/** How coming to chat ended; the exit code says which kind of trouble it was. */
export type Arrival = Readonly<{ ok: true }> | Readonly<{ ok: false; exitCode: number; why: string }>;

type ArrivalPlan = Readonly<{
  room: RoomName;
  contacts: readonly Address[];
  say(text: string): void;
  pause(ms: number): Promise<void>;
}>;

/** What could not be joined or bootstrapped; what was refused (as the command line documents them). */
const EXIT_NOT_JOINED = 3;
const EXIT_REFUSED = 4;

/** A registry that does not answer is asked again after these pauses. */
const REGISTRY_PAUSES_MS = [500, 1_500];

/** All the steps to a room, one after the other: the same as a person takes with `--manual`. */
export async function arrive(steps: Steps, plan: ArrivalPlan): Promise<Arrival> {
  const arrival = await comeIn(steps, plan);
  // Who does not come in must not stay on the list, or others are sent to nobody.
  if (!arrival.ok && steps.candidateId !== undefined) await steps.bootstrapLeave();
  return arrival;
}

async function comeIn(steps: Steps, plan: ArrivalPlan): Promise<Arrival> {
  const configured = await steps.configure();
  if (!configured.ok) return stop(EXIT_NOT_JOINED, configured.why);
  const created = await steps.create();
  if (!created.ok) return stop(EXIT_NOT_JOINED, created.why);
  plan.say(`You are ${steps.name}, at ${configured.value}`);

  const registered = await register(steps, plan);
  if (!registered.ok) return stop(EXIT_NOT_JOINED, registered.why);
  const others = registered.value.filter(({ id }) => id !== steps.candidateId);
  steps.seek(plan.contacts);
  const joined = await join(steps, plan, others);
  if (!joined.ok) return stop(joined.refused ? EXIT_REFUSED : EXIT_NOT_JOINED, joined.why);

  steps.seek(await formerPlaces(steps));
  await seekFormer(steps, plan);
  const started = await steps.start();
  if (!started.ok) return stop(EXIT_NOT_JOINED, started.why);
  const entered = await steps.chatJoin(plan.room);
  if (!entered.ok) return stop(EXIT_NOT_JOINED, entered.why);
  await greet(steps, plan);
  return { ok: true };
}

/** Where others were before a crash, unless a registry has led us to others: perhaps those are another cluster now. */
async function formerPlaces(steps: Steps): Promise<readonly Address[]> {
  const isLed = steps.candidateId !== undefined && (await steps.members()).length > 1;
  return isLed ? [] : steps.formerContacts;
}

/** Alone, we look where others were before a crash: perhaps all that is gone is the registry. */
async function seekFormer(steps: Steps, plan: ArrivalPlan): Promise<void> {
  if (steps.formerContacts.length === 0 || (await steps.members()).length > 1) return;
  const joined = await steps.join(steps.formerContacts);
  if (!joined.ok) plan.say("Nobody answers where others were in the last run; looking again now and then");
}

/** Registers; with other contacts to go by, a registry that keeps silent is no obstacle. */
async function register(steps: Steps, plan: ArrivalPlan): Promise<StepResult<readonly RegistryPeer[]>> {
  let result = await steps.bootstrapJoin();
  for (const pauseMs of REGISTRY_PAUSES_MS) {
    if (result.ok) break;
    await plan.pause(pauseMs);
    result = await steps.bootstrapJoin();
  }
  if (result.ok) return { ok: true, value: result.value.peers };
  if (plan.contacts.length === 0 && steps.formerContacts.length === 0) return result;
  plan.say(`${result.why}; going on without it`);
  return { ok: true, value: [] };
}

async function join(
  steps: Steps,
  plan: ArrivalPlan,
  others: readonly RegistryPeer[],
): Promise<StepResult<unknown>> {
  const isOurs = (entry: RegistryPeer): boolean => addressesOf([entry])[0] === steps.address;
  await replace(steps, others.filter(isOurs)); // of an earlier life at the same address, which ended without a word
  const listed = others.filter((entry) => !isOurs(entry));
  const targets = new Set([...plan.contacts, ...addressesOf(listed)]);
  if (steps.address !== undefined) targets.delete(steps.address);
  if (targets.size === 0) return { ok: true, value: undefined };
  const joined = await steps.join([...targets]);
  if (joined.ok || joined.refused || plan.contacts.length > 0) return joined;
  if (!steps.isMember) return joined; // we left meanwhile, which says nothing about the others
  plan.say(`${joined.why}; going on alone`);
  const present = new Set(joined.present);
  return await replace(steps, listed.filter((entry) => !addressesOf([entry]).some((address) => present.has(address))));
}

/** Takes dead entries off the list; they make room for us. */
async function replace(steps: Steps, dead: readonly RegistryPeer[]): Promise<StepResult<unknown>> {
  if (dead.length === 0) return { ok: true, value: undefined };
  for (const { id } of dead) await steps.bootstrapEvict(id);
  return await steps.bootstrapJoin();
}

async function greet(steps: Steps, plan: ArrivalPlan): Promise<void> {
  const others = (await steps.members()).filter(({ name }) => name !== steps.name);
  const [ours, strangers] = [true, false].map((is) => others.filter(({ meta }) => isParley(meta) === is));
  plan.say(ours!.length === 0 ? "Nobody else is here yet" : `Here with you: ${listed(ours!)}`);
  if (strangers!.length > 0) plan.say(`Members that are no Parley peers: ${listed(strangers!)}`);
  plan.say(`You are in #${plan.room}. Type to talk; /help lists what else you can do, /quit leaves`);
}

function listed(members: readonly MemberView[]): string {
  return members.map(({ name }) => name).join(", ");
}

function stop(exitCode: number, why: string): Arrival {
  return { ok: false, exitCode, why };
}
