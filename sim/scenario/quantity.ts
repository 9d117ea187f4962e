import { ScenarioProblem } from "./tokens.ts";

/** The longest time that a statement may name: a day. */
const DURATION_MAX_MS = 24 * 3_600_000;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `500ms`, `5s`, `1.5m`, `1h`, in ms. */
export function parseDuration(text: string): number {
  const [, sign, digits = "", unit = ""] = /^([-+]?)(\d+(?:\.\d+)?)([a-z]*)$/.exec(text) ?? [];
  if (digits === "") throw new ScenarioProblem(`"${text}" is no time: say 5s, 500ms or 2m`);
  if (sign === "-") throw new ScenarioProblem(`"${text}" is before now: a time is 0s or more`);
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) {
    const unitless = unit === "" ? "has no unit" : `has no unit that is known`;
    throw new ScenarioProblem(`"${text}" ${unitless}: say ${digits}s or ${digits}ms`);
  }
  const ms = Number(digits) * unitMs;
  if (ms > DURATION_MAX_MS) throw new ScenarioProblem(`"${text}" is too long: a day is the most`);
  return ms;
}

/** `50ms` or `50ms..200ms`: the least and the most. */
export function parseDurations(text: string): readonly [leastMs: number, mostMs: number] {
  const [least = "", most = least, surplus] = text.split("..");
  if (surplus !== undefined) throw new ScenarioProblem(`"${text}" is no range: say 50ms..200ms`);
  const [leastMs, mostMs] = [parseDuration(least), parseDuration(most)];
  if (leastMs > mostMs) throw new ScenarioProblem(`"${text}" ends before it begins: say ${most}..${least}`);
  return [leastMs, mostMs];
}

/** `00:10` or `01:00:10`, since the start of the scenario, in ms. */
export function parseMoment(text: string): number {
  const match = /^(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d(?:\.\d{1,3})?)$/.exec(text);
  if (match === null) {
    const negative = text.startsWith("-") ? "before the start" : "no moment";
    throw new ScenarioProblem(`"${text}" is ${negative}: say 00:10 for ten seconds after the start`);
  }
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  const atMs = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000;
  if (atMs > DURATION_MAX_MS) throw new ScenarioProblem(`"${text}" is too late: a day is the most`);
  return atMs;
}

/** `20%`, as a probability. */
export function parsePercentage(text: string): number {
  const [, sign, digits = "", mark] = /^([-+]?)(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (digits === "") throw new ScenarioProblem(`"${text}" is no percentage: say 20%`);
  if (mark === "") throw new ScenarioProblem(`"${text}" has no percent sign: say ${digits}%`);
  if (sign === "-") throw new ScenarioProblem(`"${text}" is less than nothing: say 0% to 100%`);
  if (Number(digits) > 100) throw new ScenarioProblem(`"${text}" is more than everything: say 0% to 100%`);
  return Number(digits) / 100;
}

/** A whole number from `least` to `most`; `what` says of what. */
export function parseNumber(text: string, what: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new ScenarioProblem(`"${text}" is no ${what}: say a whole number from ${least} to ${most}`);
}
