/** The seeds after one: its number counts up, and a word gets one. */
export function seedAt(seed: string, at: number): string {
  if (at === 0) return seed;
  return /^\d{1,15}$/.test(seed) ? String(Number(seed) + at) : `${seed}-${at + 1}`;
}
