import type { Profile } from "../../actors/pool/profile.ts";
import type { Cluster, Witness } from "../run/cluster.ts";
import type { Plan } from "../run/plan.ts";
import type { Views } from "../run/views.ts";

/** Something that must never happen, and has. */
export type Violation = Readonly<{ invariant: string; atMs: number; what: string }>;

/** What a checker may look at. */
export type Scene = Readonly<{ plan: Plan; profile: Profile; views: Views; cluster: Cluster }>;

/** Watches a run for one thing that must never happen. */
export interface Checker extends Witness {
  /** Called every virtual second. */
  look?(): void;
  /** Called when everybody should be right about everybody, and no fault is in force; `stretch` says after what. */
  settled?(): void | Promise<void>;
  /** Called at the end of the quiet time after it. */
  finished?(): void | Promise<void>;
}

/** A thing that must never happen, and how a run is watched for it; `report` says where it did. */
export type Invariant = Readonly<{
  name: string;
  watch(scene: Scene, report: (what: string) => void): Checker;
}>;
