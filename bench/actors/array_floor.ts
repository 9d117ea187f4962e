/**
 * The least that is still asynchronous: a plain array for a queue, drained by one microtask. No bound, no supervision,
 * no counters, no fairness.
 */
import type { Contender, Message } from "./contender.ts";

type Cell = {
  readonly id: number;
  readonly queue: Letter[];
  readonly drain: () => void;
  isScheduled: boolean;
};
type Letter = Message | Question;
type Question = Readonly<{ type: "ask"; amount: number; reply: (amount: number) => void }>;

export function openArrayFloor(): Contender<Cell> {
  const registry = new Map<number, Cell>();
  let lastId = 0;

  function spawn<M extends Letter>(receive: (message: M) => void): Cell {
    const queue: Letter[] = [];
    const cell: Cell = {
      id: ++lastId,
      queue,
      drain: () => {
        for (let at = 0; at < queue.length; at++) receive(queue[at] as M);
        queue.length = 0;
        cell.isScheduled = false;
      },
      isScheduled: false,
    };
    registry.set(cell.id, cell);
    return cell;
  }

  function send(to: Cell, message: Letter): void {
    to.queue.push(message);
    if (to.isScheduled) return;
    to.isScheduled = true;
    queueMicrotask(to.drain);
  }

  return {
    kind: (behavior) => ({
      spawn: () => spawn(behavior()),
      stop: (cell) => void registry.delete(cell.id),
    }),
    spawnReplier: () => spawn((question: Question) => question.reply(question.amount + 1)),
    tell: send,
    ask: (of, amount) => new Promise((reply) => send(of, { type: "ask", amount, reply })),
  };
}
