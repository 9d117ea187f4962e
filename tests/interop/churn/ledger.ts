/**
 * What was done to a member, and when, in ms. Who left said goodbye, who was killed could not. Who `went` said it in a
 * way that not all understand: to a Serf agent a member of a plain memberlist that leaves has failed.
 */
export type Cause = Readonly<{ at: number; name: string; what: "started" | "killed" | "left" | "went" }>;

/**
 * What an onlooker was told of a member, and when. Some programs do not say why somebody is gone (`went`), others tell
 * who failed from who left.
 */
export type Sighting = Readonly<{ at: number; by: string; name: string; what: "came" | "went" | "failed" | "left" }>;

/** One that nothing explains, or something that should have been told and was not. */
export type Fault = Readonly<{ at: number; by: string; name: string; what: string }>;

/** How long after its cause a thing was told at most. */
export type Bounds = Readonly<{ cameMs: number; wentMs: number }>;

/**
 * Compares what onlookers were told with what was done. Each cause explains at most one sighting of each onlooker, within
 * its bound; of several that could, the latest, because an earlier one may have passed unnoticed. Who was away for less
 * than the bound need not have been missed; of whoever stayed away, or stayed there, for longer, the last word has to say
 * so. At first everybody is there.
 */
export function faultsIn(
  causes: readonly Cause[],
  sightings: readonly Sighting[],
  { onlookers, until, bounds }: Readonly<{ onlookers: readonly string[]; until: number; bounds: Bounds }>,
): readonly Fault[] {
  const names = new Set([...causes, ...sightings].map(({ name }) => name));
  return onlookers.flatMap((by) =>
    [...names].filter((name) => name !== by).flatMap((name) => {
      const told = sightings.filter((sighting) => sighting.by === by && sighting.name === name);
      return faultsOfOne({ by, name, causes: causes.filter((cause) => cause.name === name), told, until, bounds });
    })
  );
}

type Affair = Readonly<{
  by: string;
  name: string;
  causes: readonly Cause[];
  told: readonly Sighting[];
  until: number;
  bounds: Bounds;
}>;

function faultsOfOne({ by, name, causes, told, until, bounds }: Affair): readonly Fault[] {
  const unexplained = [...causes];
  const faults: Fault[] = [];
  const boundOf = (cause: Cause): number => cause.what === "started" ? bounds.cameMs : bounds.wentMs;
  for (const { at, what } of told) {
    const index = unexplained.findLastIndex((cause) =>
      explains(cause, what) && cause.at <= at && at <= cause.at + boundOf(cause)
    );
    if (index < 0) faults.push({ at, by, name, what: `${what} without a cause` });
    else unexplained.splice(index, 1);
  }
  for (const cause of causes) {
    const toldBy = cause.at + boundOf(cause);
    const nextAt = causes.find(({ at }) => at > cause.at)?.at ?? until;
    if (nextAt <= toldBy) continue;
    const lastWord = told.findLast(({ at }) => at <= toldBy)?.what ?? "came";
    if ((lastWord === "came") !== (cause.what === "started")) {
      faults.push({ at: cause.at, by, name, what: `${cause.what} and not told of` });
    }
  }
  return faults;
}

function explains({ what }: Cause, told: Sighting["what"]): boolean {
  switch (told) {
    case "came":
      return what === "started";
    case "went":
      return what !== "started";
    case "failed":
      return what === "killed" || what === "went";
    case "left":
      return what === "left" || what === "went";
  }
}
