/**
 * The settings of a run of the simulator. In the configuration file they stand under "sim". What is a fault is known to
 * the simulator alone, so that its names are read there.
 */
import { parseCount, parseDecimal, parsePath } from "./value.ts";
import { single, text, toggle } from "./setting.ts";

/** More peers than ports that the simulated network gives out would be one too many. */
const PEERS_MAX = 10_000;

/** From two seconds to a day. */
const MINUTES_LEAST = 0.03;
const MINUTES_MOST = 1_440;

const SEEDS_MAX = 1_000_000;

/** In the order in which help lists them. */
export const SIMULATION_SETTINGS = {
  peers: number(1, PEERS_MAX, 100, {
    flag: "peers",
    environment: "PARLEY_PEERS",
    help: "How many there are",
  }),
  minutes: single("count", {
    flag: "minutes",
    environment: "PARLEY_MINUTES",
    placeholder: "N",
    help: "How long, in virtual time, until the faults end; then everything has to come right",
    commands: ["sim"],
    section: "sim",
    parse: parseDecimal(MINUTES_LEAST, MINUTES_MOST),
    fallback: 10,
  }),
  faults: text({
    flag: "faults",
    environment: "PARLEY_FAULTS",
    placeholder: "NAME,…",
    help: "What breaks: none, all, or some, as in crash,loss=10%",
    commands: ["sim"],
    section: "sim",
    parse: (text) => ({ ok: true, value: text }),
    fallback: "crash",
  }),
  only: text({
    flag: "only",
    environment: "PARLEY_ONLY",
    placeholder: "N,…",
    help: "Of the faults that the seed draws only these, by their numbers, or none: for replays",
    commands: ["sim"],
    section: "sim",
    parse: parseNumbers,
    fallback: undefined,
    fallbackText: "all",
    show: (numbers) => numbers?.join(",") ?? "all",
  }),
  chatters: number(0, PEERS_MAX, undefined, {
    flag: "chatters",
    environment: "PARLEY_CHATTERS",
    help: "How many of them are in a room and talk",
    fallbackText: "20, or all if they are fewer",
  }),
  rooms: number(1, 256, 1, {
    flag: "rooms",
    environment: "PARLEY_ROOMS",
    help: "Rooms between which those are divided",
  }),
  settled: toggle({
    flag: "settled",
    environment: "PARLEY_SETTLED",
    help: "They know each other from the start, instead of arriving one after the other",
    commands: ["sim"],
    section: "sim",
  }),
  seeds: single("count", {
    flag: "seeds",
    environment: "PARLEY_SEEDS",
    placeholder: "N",
    help: "How many runs, each with the seed after the one before; not of the experiment swim",
    commands: ["sim", "experiment"],
    section: "sim",
    parse: parseCount(1, SEEDS_MAX),
    fallback: 1,
  }),
  sizes: text({
    flag: "sizes",
    environment: "PARLEY_SIZES",
    placeholder: "N,…",
    help: "Of the experiment swim: how many members, a row each; of lifeguard: how many of them are slow",
    commands: ["experiment"],
    section: "sim",
    parse: parseSizes,
    fallback: undefined,
    fallbackText: "16,64,256, or 1,4,8,16",
    show: (sizes) => sizes?.join(",") ?? "",
  }),
  loss: single("text", {
    flag: "loss",
    environment: "PARLEY_LOSS",
    placeholder: "P%",
    help: "Of the experiment lifeguard: how many packets get lost besides",
    commands: ["experiment"],
    section: "sim",
    parse: parseLoss,
    fallback: 0,
    fallbackText: "0%",
    show: (probability) => `${100 * probability}%`,
  }),
  report: text({
    flag: "report",
    environment: "PARLEY_REPORT",
    placeholder: "FILE.html",
    help: "Write a page with plots, below the folder where you are; an experiment as .svg too",
    commands: ["sim", "experiment"],
    section: "sim",
    parse: (text, env) => parsePath(text, env["INIT_CWD"] ?? ".", env),
    fallback: undefined,
    fallbackText: "none",
  }),
};

/** Sizes of clusters: a member alone has nobody to notice it. */
function parseSizes(text: string) {
  const sizes = /^\d{1,5}(,\d{1,5}){0,31}$/.test(text) ? text.split(",").map(Number) : [];
  if (sizes.length > 0 && sizes.every((size) => size >= 1 && size <= PEERS_MAX)) {
    return { ok: true, value: sizes as readonly number[] } as const;
  }
  return { ok: false, why: `expected numbers from 1 to ${PEERS_MAX} such as 16,64` } as const;
}

/** A percentage as a probability; of what never arrives, nothing can be measured. */
function parseLoss(text: string) {
  const percent = /^\d{1,3}(\.\d{1,9})?%$/.test(text) ? Number(text.slice(0, -1)) : NaN;
  if (percent <= LOSS_PERCENT_MAX) return { ok: true, value: percent / 100 } as const;
  return { ok: false, why: `expected a percentage from 0% to ${LOSS_PERCENT_MAX}%, such as 10%` } as const;
}

const LOSS_PERCENT_MAX = 99;

type Row = Readonly<{ flag: string; environment: `PARLEY_${string}`; help: string; fallbackText?: string }>;

function number<F extends number | undefined>(least: number, most: number, fallback: F, row: Row) {
  return single<number | F, "sim">("count", {
    ...row,
    placeholder: "N",
    commands: ["sim"],
    section: "sim",
    parse: parseCount(least, most),
    fallback,
  });
}

/** Numbers of faults; `none` is none of them. */
function parseNumbers(text: string) {
  if (text === "none") return { ok: true, value: [] } as const;
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text)) return { ok: false, why: "expected numbers such as 2,5, or none" } as const;
  return { ok: true, value: text.split(",").map(Number) as readonly number[] } as const;
}
