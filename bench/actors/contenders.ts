import type { Contender } from "./contender.ts";

/**
 * Every contender, ours first, loaded only in the process that measures it. One more is a file and a line here.
 * Not here: `actor-ts`, which npm does not have, and `tarant`, which polls every millisecond and cannot stop one actor.
 */
export const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  parley: async () => await (await import("./parley.ts")).openParley(),
  xstate: async () => (await import("./xstate.ts")).openXstate(),
  nact: async () => (await import("./nact.ts")).openNact(),
  comedy: async () => await (await import("./comedy.ts")).openComedy(),
  array_floor: async () => (await import("./array_floor.ts")).openArrayFloor(),
  direct_floor: async () => (await import("./direct_floor.ts")).openDirectFloor(),
};
