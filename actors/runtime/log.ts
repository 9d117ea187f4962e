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

/**
 * A log for the actor at `path`. What the sink throws is told to `failed`: that a line cannot be written is no reason
 * for an actor to fail.
 */
export function createLog(path: string, wallMs: () => number, sink: LogSink, failed: (error: unknown) => void): Log {
  const at = (level: LogLevel): Log[LogLevel] => (event, fields = {}) => {
    try {
      sink({ wallMs: wallMs(), level, path, event, fields });
    } catch (error) {
      failed(error);
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
