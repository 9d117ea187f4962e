/** The time of day of `wallMs`, in this machine's zone: `09:05:03`. */
export function clockTime(wallMs: number): string {
  const date = new Date(wallMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** The day and the time of `wallMs`, in this machine's zone: `2026-11-21 09:05:03`. */
export function dateTime(wallMs: number): string {
  const date = new Date(wallMs);
  const day = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return `${date.getFullYear()}-${day} ${clockTime(wallMs)}`;
}
