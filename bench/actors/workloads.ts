/** The timed rows: what is done with the actors of each contender. Every unit of work checks that all of it was done. */
import type { Work } from "../measure.ts";
import { Arrivals } from "./arrivals.ts";
import type { Behavior, Contender } from "./contender.ts";

/** By the name of the bench. */
export const WORKLOADS: Readonly<Record<string, (contender: Contender) => Promise<Work>>> = {
  tell: (contender) => prepareTell(contender, { batches: 10, messages: 100 }),
  // Half of what our mailbox holds by default, and no other has a bound: nobody drops.
  burst: (contender) => prepareTell(contender, { batches: 1, messages: 5_000 }),
  ping_pong: preparePingPong,
  ask: prepareAsk,
  fan_in: prepareFanIn,
  spawn: prepareSpawn,
};

/** To one actor from outside, a batch at a time: the next one is sent when the last one has been handled. */
async function prepareTell(
  contender: Contender,
  { batches, messages }: Readonly<{ batches: number; messages: number }>,
): Promise<Work> {
  const arrivals = new Arrivals();
  const receiver = await spawn(contender, () => arrivals.receive);
  return async () => {
    for (let batch = 0; batch < batches; batch++) {
      const handled = arrivals.expect(messages);
      for (let amount = 1; amount <= messages; amount++) contender.tell(receiver, { type: "add", amount });
      await handled;
    }
    arrivals.check(batches * sumTo(messages));
    return batches * messages;
  };
}

/** Low enough that those who deliver within the call, and so call each other deeper and deeper, have the stack for it. */
const VOLLEY_MESSAGES = 500;

/** Two actors send each other a countdown; each message counts, not each round trip. */
async function preparePingPong(contender: Contender): Promise<Work> {
  const arrivals = new Arrivals();
  const returning = (opponent: () => unknown): Behavior => () => (message) => {
    arrivals.receive(message);
    if (message.amount > 1) contender.tell(opponent(), { type: "add", amount: message.amount - 1 });
  };
  const pinger: unknown = await spawn(contender, returning(() => ponger));
  const ponger: unknown = await spawn(contender, returning(() => pinger));
  return async () => {
    const handled = arrivals.expect(VOLLEY_MESSAGES);
    contender.tell(pinger, { type: "add", amount: VOLLEY_MESSAGES });
    await handled;
    arrivals.check(sumTo(VOLLEY_MESSAGES));
    return VOLLEY_MESSAGES;
  };
}

const ASKS = 100;

/** One ask after the other, each awaited: what a caller waits for an answer. */
async function prepareAsk(contender: Contender): Promise<Work> {
  const replier = await contender.spawnReplier();
  return async () => {
    let sum = 0;
    for (let amount = 0; amount < ASKS; amount++) sum += await contender.ask(replier, amount);
    if (sum !== sumTo(ASKS)) throw new Error(`The answers add up to ${sum}, not ${sumTo(ASKS)}`);
    return ASKS;
  };
}

const SENDERS = 100;
const MESSAGES_OF_SENDER = 50;

/** Every sender, told to, sends its messages to the one receiver; those that arrive there count. */
async function prepareFanIn(contender: Contender): Promise<Work> {
  const arrivals = new Arrivals();
  const receiver = await spawn(contender, () => arrivals.receive);
  const kind = await contender.kind(() => ({ amount: messages }) => {
    for (let amount = 1; amount <= messages; amount++) contender.tell(receiver, { type: "add", amount });
  });
  const senders = await allOf(Array.from({ length: SENDERS }, () => kind.spawn()));
  return async () => {
    const handled = arrivals.expect(SENDERS * MESSAGES_OF_SENDER);
    for (const sender of senders) contender.tell(sender, { type: "add", amount: MESSAGES_OF_SENDER });
    await handled;
    arrivals.check(SENDERS * sumTo(MESSAGES_OF_SENDER));
    return SENDERS * MESSAGES_OF_SENDER;
  };
}

const LIVES = 100;

/** Actors that start, handle one message and are stopped; so many at a time. */
async function prepareSpawn(contender: Contender): Promise<Work> {
  const arrivals = new Arrivals();
  const kind = await contender.kind(() => arrivals.receive);
  return async () => {
    const handled = arrivals.expect(LIVES);
    const started: unknown[] = [];
    for (let life = 0; life < LIVES; life++) started.push(kind.spawn());
    const actors = isPromise(started[0]) ? await allOf(started) : started;
    for (let life = 0; life < LIVES; life++) contender.tell(actors[life], { type: "add", amount: life + 1 });
    await handled;
    const stopped: unknown[] = [];
    for (let life = 0; life < LIVES; life++) stopped.push(kind.stop(actors[life]));
    if (isPromise(stopped[0])) await allOf(stopped);
    arrivals.check(sumTo(LIVES));
    return LIVES;
  };
}

async function spawn(contender: Contender, behavior: Behavior): Promise<unknown> {
  return await (await contender.kind(behavior)).spawn();
}

/** Only where there are promises: those who need none shall not pay for any. */
function isPromise(value: unknown): boolean {
  return value instanceof Promise;
}

function allOf(values: readonly unknown[]): Promise<unknown[]> {
  return Promise.all(values);
}

function sumTo(count: number): number {
  return count * (count + 1) / 2;
}
