const MS_OF_UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * The time that a person means, in ms of the wall clock: so long ago (`10m`, `2h`, `3d`), the last time it was that time
 * of day (`14:30`), or a day (`2026-11-20`), also with a time (`2026-11-20T14:30`). Days and times of day are those of
 * this machine's time zone.
 */
export function parseWhen(text: string, nowWallMs: number): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (digits !== undefined) return nowWallMs - Number(digits) * MS_OF_UNITS[unit]!;
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock !== null) return lastTimeAt(Number(clock[1]), Number(clock[2]), nowWallMs);
  const day = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?$/.exec(text);
  if (day === null) return undefined;
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = day.slice(1).map((part) => Number(part ?? 0));
  const at = new Date(year, month - 1, date, hour, minute);
  const isReal = at.getMonth() === month - 1 && at.getDate() === date && hour < 24 && minute < 60;
  return isReal ? at.getTime() : undefined;
}

function lastTimeAt(hour: number, minute: number, nowWallMs: number): number | undefined {
  if (hour > 23 || minute > 59) return undefined;
  const now = new Date(nowWallMs);
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const today = new Date(year, month, date, hour, minute).getTime();
  return today <= nowWallMs ? today : new Date(year, month, date - 1, hour, minute).getTime();
}
