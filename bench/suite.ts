/** What a suite of benchmarks says about itself: what it measures, of whom, and what the first contender aims at. */
import type { Plan } from "./measure.ts";

export type Description = Readonly<{
  name: string;
  benches: readonly Bench[];
  /** Whose figures are wanted, ours first. */
  contenders: readonly string[];
  /** The contender that the others' figures are divided by. */
  reference: string;
  /** What a reader of the table should know besides. */
  notes: readonly string[];
}>;

/** What is measured within a process, operations a second for the most part. */
export type Suite =
  & Description
  & Readonly<{
    /** Every bench of one contender, in a process of its own: one round's figures, by the names of `benches`. */
    measure(contender: string, plan: Plan): Promise<Figures>;
  }>;

/** One row. */
export type Bench = Readonly<{ name: string; unit: string; aim?: Aim }>;

/** What ours aims at, as a ratio to the reference or in the bench's own unit. */
export type Aim = Readonly<{ ratioMin: number } | { ratioMax: number } | { medianMax: number }>;

/** By the bench's name, in its unit. */
export type Figures = Readonly<Record<string, number>>;

/** A bench of one contender, after all rounds. */
export type Result = Readonly<{
  bench: string;
  contender: string;
  median: number;
  unit: string;
  /** The median divided by the reference's median of the same run. */
  ratio: number;
}>;
