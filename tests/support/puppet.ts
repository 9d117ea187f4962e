import type { Behavior, Clock, Context } from "../../actors/runtime/mod.ts";

/** What a puppet does when it is told. */
export type Order = (ctx: Context<Order>) => void | Promise<void>;

/** An actor that does what it is told, so that a test reads from top to bottom. */
export const puppet: Behavior<Order> = (ctx) => (order) => order(ctx);

/** A puppet that notes its starts and ends. */
export function notingPuppet(name: string, trace: string[]): Behavior<Order> {
  return (ctx) => {
    trace.push(`${name} starts`);
    ctx.onStop(() => trace.push(`${name} ends`));
    return (order) => order(ctx);
  };
}

export const crash: Order = () => {
  throw new Error("boom");
};

/** Work that goes on for `ms`. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** Work that never ends. */
export function forEver(): Promise<void> {
  return new Promise(() => {});
}

/** An actor that does nothing. */
export const idle: Behavior<unknown> = () => () => {};
