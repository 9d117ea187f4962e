import { getFileSink } from "@logtape/file";
import { configureSync, getLogger, type LogLevel as LogTapeLevel, type LogRecord, resetSync } from "@logtape/logtape";
import type { LogLevel, LogSink } from "../actors/runtime/log.ts";
import { stateDirectory } from "../config/places.ts";
import { type Environment } from "../config.ts";

/** Where a log goes, and how to end it. */
export type OpenLog = Readonly<{ sink: LogSink; close(): void }>;

const CATEGORY = "parley";

const LEVELS: Readonly<Record<LogLevel, LogTapeLevel>> = {
  debug: "debug",
  info: "info",
  warn: "warning",
  error: "error",
};

/**
 * A sink that appends one JSON object a line to `path`, or none at all without a path; one sentence when the file cannot
 * be opened. The state directory is made where it is missing; no other is. A line that cannot be written later is lost, because a full disk must not stop a chat. LogTape is configured
 * once for a process, so that there is one log at a time.
 */
export function openLog(
  path: string | undefined,
  least: LogLevel,
  env: Environment = Deno.env.toObject(),
): OpenLog | Readonly<{ why: string }> {
  if (path === undefined) return { sink: () => {}, close: () => {} };
  try {
    const directory = stateDirectory(env);
    if (directory !== undefined && path.startsWith(`${directory}/`)) {
      Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
    Deno.openSync(path, { append: true, create: true, mode: 0o600 }).close(); // LogTape would let everybody read it
  } catch (error) {
    return { why: whyNot(path, error) };
  }
  configureSync({
    reset: true,
    sinks: { file: getFileSink(path, { formatter: jsonLine, bufferSize: 0 }) }, // a crash must not take lines with it
    loggers: [
      { category: CATEGORY, sinks: ["file"], lowestLevel: LEVELS[least] },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: null }, // there is a person at the console
    ],
  });
  const logger = getLogger(CATEGORY);
  return {
    sink: ({ wallMs, level, path, event, fields }) =>
      logger.emit({
        timestamp: wallMs,
        level: LEVELS[level],
        message: [event],
        rawMessage: event,
        properties: { level, actor: path, event, fields },
      }),
    close: () => resetSync(),
  };
}

function whyNot(path: string, error: unknown): string {
  // Deno's own words advise flags that whoever started us through a task cannot give.
  if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
    return `the log ${path} may not be written`;
  }
  return `cannot write the log ${path}: ${error instanceof Error ? error.message : error}`;
}

/** Our own words for a line, in our order: LogTape's formatter knows neither bytes nor errors. */
function jsonLine({ timestamp, properties }: LogRecord): string {
  const { level, actor, event, fields } = properties as { fields?: object } & Record<string, unknown>;
  const line = { time: new Date(timestamp).toISOString(), level, actor, event, ...fields };
  return `${JSON.stringify(line, asPlainData)}\n`;
}

/** Bytes and errors as something that JSON can hold. */
function asPlainData(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return value.toHex();
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value === "bigint") return String(value);
  return value;
}
