/** A time since the start, as `mm:ss.mmm`. */
export function clock(ms: number): string {
  const whole = Math.floor(ms);
  const digits = (value: number, count: number): string => String(value).padStart(count, "0");
  return `${digits(Math.floor(whole / 60_000), 2)}:${digits(Math.floor(whole / 1_000) % 60, 2)}.${
    digits(whole % 1_000, 3)
  }`;
}
