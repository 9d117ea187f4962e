import { levelGate, type LogLevel, type LogSink } from "../actors/runtime/log.ts";

/** Where a log goes, and how to end it. */
export type OpenLog = Readonly<{ sink: LogSink; close(): void }>;

/**
 * A sink that appends one JSON object a line to `path`, or none at all without a path. Throws when the file cannot be
 * opened; a line that cannot be written later is lost, because a full disk must not stop a chat.
 */
export function openLog(path: string | undefined, least: LogLevel): OpenLog {
  if (path === undefined) return { sink: () => {}, close: () => {} };
  const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const sink: LogSink = ({ wallMs, level, path, event, fields }) => {
    const line = { time: new Date(wallMs).toISOString(), level, actor: path, event, ...fields };
    try {
      file.writeSync(encoder.encode(`${JSON.stringify(line, asPlainData)}\n`));
    } catch {
      // Nowhere left to say it.
    }
  };
  return { sink: levelGate(least, sink), close: () => file.close() };
}

/** Bytes and errors as something that JSON can hold. */
function asPlainData(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return value.toHex();
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value === "bigint") return String(value);
  return value;
}
