import type { Desk } from "../actors/repl/desk.ts";
import { parseLogPath } from "../config/places.ts";
import { type Environment } from "../config.ts";
import type { LogSwitch } from "./log_switch.ts";
import type { PeerSettings } from "./peer_settings.ts";
import { fullPath } from "./script_file.ts";
import { readLines, writeLines } from "./line_file.ts";
import { runInShell } from "./shell.ts";
import { writeWhole } from "./whole_file.ts";

/** Names of files that Tab looks through at most: of a folder with more, some are not offered. */
const NAMES_MAX = 2_000;

type DeskDeps = Readonly<{
  name: string;
  settings: PeerSettings;
  log: LogSwitch;
  env: Environment;
  /** Whether the person may run commands of the machine. */
  allowShell: boolean;
}>;

/** The machine's files, as commands may use them. */
export function openDesk({ name, settings, log, env, allowShell }: DeskDeps): Desk {
  const here = (path: string): string => fullPath(withHome(path, env), env["INIT_CWD"]);
  return {
    async saveSettings(file = `${encodeURIComponent(name)}.json`) {
      const path = here(file);
      try {
        await writeWhole(path, settings.text);
      } catch (error) {
        throw new Error(`Cannot write ${path}: ${whyNot(error)}`);
      }
      return path;
    },
    async loadSettings(file) {
      const path = here(file);
      try {
        return await settings.load(path);
      } catch (error) {
        throw new Error(`Cannot load ${path}: ${whyNot(error)}`);
      }
    },
    ...(allowShell && {
      async shell(command: string, signal: AbortSignal) {
        try {
          return await runInShell(command, { cwd: here("."), signal });
        } catch (error) {
          throw new Error(`Cannot run it: ${whyNot(error)}; deno task peer-with-shell gives leave to`);
        }
      },
    }),
    log(file) {
      return Promise.try(() => {
        const path = file === undefined ? undefined : parseLogPath(file, env);
        if (path?.ok === false) throw new Error(path.why);
        log.turn(path?.value);
        return path?.value;
      });
    },
    async writeLines(file, lines) {
      const path = here(file);
      try {
        await writeLines(path, lines);
      } catch (error) {
        throw new Error(`Cannot write ${path}: ${whyNot(error)}`);
      }
      return path;
    },
    async *readLines(file) {
      const path = here(file);
      try {
        yield* readLines(path);
      } catch (error) {
        const why = error instanceof Deno.errors.NotFound ? "there is no such file" : whyNot(error);
        throw new Error(`Cannot read ${path}: ${why}`);
      }
    },
    async files(stem) {
      const slash = stem.lastIndexOf("/") + 1;
      const [folder, start] = [stem.slice(0, slash), stem.slice(slash)];
      const found: string[] = [];
      let seen = 0;
      for await (const entry of Deno.readDir(here(folder) || ".")) {
        if (++seen > NAMES_MAX) break;
        if (!entry.name.startsWith(start) || (start === "" && entry.name.startsWith("."))) continue;
        if (/\s/.test(entry.name)) continue; // a word ends at a blank
        const isFolder = entry.isDirectory ||
          (entry.isSymlink && await isDirectory(`${here(folder) || "."}/${entry.name}`));
        found.push(`${folder}${entry.name}${isFolder ? "/" : ""}`);
      }
      return found;
    },
  };
}

function withHome(path: string, env: Environment): string {
  return path.startsWith("~/") && env["HOME"] ? env["HOME"] + path.slice(1) : path;
}

async function isDirectory(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}

function whyNot(error: unknown): string {
  // Deno's own words advise flags that whoever started us through a task cannot give.
  if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
    return "it is not permitted";
  }
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  return error instanceof Error ? error.message : String(error);
}
