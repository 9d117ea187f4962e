import { nearest } from "../../actors/repl/nearest.ts";
import { ScenarioProblem } from "../scenario/tokens.ts";
import { FAULTS } from "./table.ts";

/** A fault that a run shall have, and how hard it strikes, as it was typed. */
export type FaultChoice = Readonly<{ name: string; amount?: string }>;

type ParsedFaults =
  | Readonly<{ ok: true; value: readonly FaultChoice[] }>
  | Readonly<{ ok: false; why: string }>;

/** `crash,loss=10%`, `none` or `all`; or what is wrong with it. */
export function parseFaults(text: string): ParsedFaults {
  if (text === "none") return { ok: true, value: [] };
  if (text === "all") return { ok: true, value: FAULTS.map(({ name }) => ({ name })) };
  const choices: FaultChoice[] = [];
  for (const word of text.split(",").map((word) => word.trim())) {
    try {
      const choice = parseChoice(word);
      if (choices.some(({ name }) => name === choice.name)) return refused(`"${choice.name}" is there twice`);
      choices.push(choice);
    } catch (error) {
      if (error instanceof ScenarioProblem) return refused(error.message);
      throw error;
    }
  }
  return { ok: true, value: choices };
}

/** How hard the chosen fault strikes, in its own unit. */
export function amountOf({ name, amount }: FaultChoice): number {
  const spec = FAULTS.find((fault) => fault.name === name)?.amount;
  return spec === undefined ? 0 : spec.read(amount ?? spec.fallback);
}

function parseChoice(word: string): FaultChoice {
  const [name = "", amount, surplus] = word.split("=");
  const fault = FAULTS.find((fault) => fault.name === name);
  if (fault === undefined) throw new ScenarioProblem(unknown(name));
  if (amount === undefined) return { name };
  if (fault.amount === undefined || surplus !== undefined) {
    throw new ScenarioProblem(`"${name}" takes no amount: say ${name}`);
  }
  fault.amount.read(amount);
  return { name, amount };
}

function unknown(name: string): string {
  const names = FAULTS.map((fault) => fault.name);
  const [near] = nearest(name, [...names, "none", "all"], 1);
  const hint = near === undefined ? `expected none, all or some of ${names.join(", ")}` : `did you mean "${near}"?`;
  return `there is no fault "${name}"; ${hint}`;
}

function refused(why: string): ParsedFaults {
  return { ok: false, why };
}
