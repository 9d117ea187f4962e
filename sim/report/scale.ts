/** Steps between ticks that people count in. */
const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers from 0 to at least `most`, about so many of them. */
export function ticks(most: number, about: number): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
  const found = [];
  for (let at = 0; at * step < most + step * (1 - 1e-9); at++) found.push(Number((at * step).toPrecision(12)));
  return found;
}

/** At most `most` points that show the same: of each stretch, the one with the least and the one with the greatest value. */
export function thinned(
  points: readonly (readonly [x: number, y: number])[],
  most: number,
): readonly (readonly [x: number, y: number])[] {
  if (points.length <= most) return points;
  const stretch = Math.ceil(2 * points.length / most);
  const kept: (readonly [number, number])[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const least = part.reduce((a, b) => b[1] < a[1] ? b : a);
    const greatest = part.reduce((a, b) => b[1] > a[1] ? b : a);
    kept.push(...(least === greatest ? [least] : least[0] < greatest[0] ? [least, greatest] : [greatest, least]));
  }
  return kept;
}

/** Powers of ten from the greatest below all of these to the least above them, at least two; all are above 0. */
export function powersOfTen(values: readonly number[]): readonly number[] {
  if (values.length === 0) return [1, 10];
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: most - least + 1 }, (_, at) => Number(`1e${least + at}`));
}
