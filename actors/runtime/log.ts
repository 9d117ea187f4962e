export type LogLevel = "debug" | "info" | "warn" | "error";

/** One thing that happened, in the words of who saw it. `event` is snake case; details are plain data. */
export type LogRecord = Readonly<{
  wallMs: number;
  level: LogLevel;
  path: string;
  event: string;
  fields: Readonly<Record<string, unknown>>;
}>;

export type LogSink = (record: LogRecord) => void;

/** What an actor writes to; stamped with its path and the system's time. */
export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, unknown>>) => void>>;

export function createLog(path: string, wallMs: () => number, sink: LogSink): Log {
  // With braces: what a sink returns must not become the answer of a handler that ends with a line of log.
  const at = (level: LogLevel): Log[LogLevel] => (event, fields = {}) => {
    sink({ wallMs: wallMs(), level, path, event, fields });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
