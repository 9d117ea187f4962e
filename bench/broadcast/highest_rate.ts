/** Sends at so many messages a second; resolves with what was reached if everything arrived in time. */
export type Trial = (rate: number) => Promise<number | undefined>;

/** Between what went and what did not, so often. */
const BISECTIONS = 2;

/**
 * The highest rate that was reached with everything arriving, in messages a second: doubled from `from` up to `max` until
 * twice in a row something does not arrive, then looked for in between. Where `from` is too much already it is halved.
 * 0 if not even one a second goes.
 */
export async function highestRate(trial: Trial, from: number, max: number): Promise<number> {
  let reached = 0;
  /** Once more, because the machine may have been busy with something else. */
  const goes = async (rate: number): Promise<boolean> => {
    const found = await trial(rate) ?? await trial(rate);
    if (found !== undefined) reached = Math.max(reached, found);
    return found !== undefined;
  };

  let good = from;
  while (!await goes(good)) {
    good = Math.floor(good / 2);
    if (good < 1) return 0;
  }
  let bad = 2 * good;
  if (good === from) {
    while (bad <= max && await goes(bad)) {
      good = bad;
      bad *= 2;
    }
    if (bad > max) return reached;
  }
  for (let bisection = 0; bisection < BISECTIONS; bisection++) {
    const between = Math.round(Math.sqrt(good * bad));
    if (await goes(between)) good = between;
    else bad = between;
  }
  return reached;
}
