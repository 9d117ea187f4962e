import { concat } from "../../transport/concat.ts";
import type { Stream, StreamHandler } from "../../transport/transport.ts";
import { LINE_BYTES_MAX } from "./format.ts";

const LINE_END = "\n".charCodeAt(0);

/**
 * Takes the first line of a stream, without its end, and closes; what comes after it is not read, as cli-chat does it.
 * `over` is told once, with what to count if there was no line.
 */
export function readLine(
  stream: Stream,
  told: { line(line: Uint8Array): void; over(why: string | undefined): void },
): StreamHandler {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let isDone = false;
  const done = (why: string | undefined): void => {
    if (isDone) return;
    isDone = true;
    told.over(why);
  };
  return {
    data: (part) => {
      if (isDone) return;
      const end = part.indexOf(LINE_END);
      parts.push(end < 0 ? part : part.subarray(0, end));
      bytes += parts.at(-1)!.length;
      if (bytes > LINE_BYTES_MAX) {
        done("lines too long");
        stream.destroy();
      } else if (end >= 0) {
        told.line(concat(parts));
        done(undefined);
        stream.end();
      }
    },
    ended: () => {
      done("lines never finished");
      stream.end();
    },
    closed: () => done("lines never finished"),
  };
}
