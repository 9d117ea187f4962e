import type { SettingKind } from "./setting.ts";

/** One setting as it stands in the configuration file: its path (`gossip.probeInterval`), and the value as one types it. */
type FileRow = Readonly<{ path: string; kind: SettingKind; shown: string }>;

/** The text of a configuration file with these settings: what `parseConfigFile` reads. */
export function showConfigFile(rows: readonly FileRow[]): string {
  const file: Record<string, unknown> = {};
  for (const { path, kind, shown } of rows) {
    const [first = "", second] = path.split(".");
    if (second === undefined) file[first] = valueOf(kind, shown);
    else file[first] = { ...file[first] as object | undefined, [second]: valueOf(kind, shown) };
  }
  return `${JSON.stringify(file, null, 2)}\n`;
}

function valueOf(kind: SettingKind, shown: string): unknown {
  switch (kind) {
    case "text":
      return shown;
    case "count":
      return Number(shown);
    case "switch":
      return shown === "on";
    case "list":
      return shown.split(" ").filter((word) => word !== "");
  }
}
