/** Where this program's files are: the XDG base directories, and what is named relative to something. */
import type { Environment, Parsed } from "./setting.ts";
import { parsePath } from "./value.ts";

/** Where a key file is; a relative path starts where the person typed it, which a task runner changes. */
export function parseKeyFilePath(text: string, env: Environment): Parsed<string> {
  return parsePath(text, env["INIT_CWD"] ?? ".", env);
}

/** Where a log is; a relative path starts in the state directory. */
export function parseLogPath(text: string, env: Environment): Parsed<string> {
  return parsePath(text, stateDirectory(env), env);
}

/** Where the configuration file is expected; `undefined` when the environment names no home. */
export function configFilePath(env: Environment): string | undefined {
  const directory = xdgDirectory(env, "XDG_CONFIG_HOME", ".config");
  return directory === undefined ? undefined : `${directory}/parley/config.json`;
}

/** Where a peer keeps what must outlive a run, and relative logs lie; `undefined` when the environment names no home. */
export function stateDirectory(env: Environment): string | undefined {
  const directory = xdgDirectory(env, "XDG_STATE_HOME", ".local/state");
  return directory === undefined ? undefined : `${directory}/parley`;
}

/** Where a peer keeps who it is and what was said; `undefined` when the environment names no home. */
export function dataDirectory(env: Environment): string | undefined {
  const directory = xdgDirectory(env, "XDG_DATA_HOME", ".local/share");
  return directory === undefined ? undefined : `${directory}/parley`;
}

/** The XDG base directory rules: a relative path in the variable is invalid and is ignored. */
function xdgDirectory(env: Environment, variable: string, underHome: string): string | undefined {
  const given = env[variable];
  if (given?.startsWith("/")) return given;
  return env["HOME"] ? `${env["HOME"]}/${underHome}` : undefined;
}
