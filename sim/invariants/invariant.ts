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
  /**
   * What is not yet right, if anything: asked after the last fault, again and again until nobody has anything to say. Who
   * still has when the time is up has found what must never happen.
   */
  pending?(): string | undefined | Promise<string | undefined>;
  /** Everything is right; from now on everything has to stay so, and what is said has to be heard. */
  settled?(): void;
}

/** A thing that must never happen, and how a run is watched for it; `report` says where it did. */
export type Invariant = Readonly<{
  name: string;
  watch(scene: Scene, report: (what: string) => void): Checker;
}>;
