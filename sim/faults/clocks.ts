import { type Fault, few, intervals } from "./fault.ts";

/** A wall clock may jump so far: a time zone set wrong, or a battery that was empty. */
const JUMP_MS = 3_600_000;

/** How much faster or slower a machine's clock may go: far more than crystals do. */
const SKEW = 0.02;

/** The wall clocks of some machines jump, there or back. */
export const clockJump: Fault = {
  name: "clock-jump",
  summary: "a wall clock jumps by up to an hour",
  lasts: intervals(0, 0),
  strikes: few,
  isHarmless: true,
  reaches: ["episode"],
  begin(stage, { peers }) {
    for (const name of peers) stage.moveClock(name, Math.round((2 * stage.random.next() - 1) * JUMP_MS));
  },
};

/** Some machines' clocks go too fast or too slow. */
export const clockSkew: Fault = {
  name: "clock-skew",
  summary: "a machine's clocks go up to 2% too fast or too slow",
  lasts: intervals(10, 90),
  strikes: few,
  reaches: ["episode"],
  begin(stage, { peers }) {
    for (const name of peers) stage.setClockRate(name, 1 + (2 * stage.random.next() - 1) * SKEW);
    return () => peers.forEach((name) => stage.setClockRate(name, 1));
  },
};
