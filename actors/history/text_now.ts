import { authorOfLog } from "./author.ts";
import type { LogEntry } from "./entry.ts";

/**
 * The text that an entry shows, where `later` are those that name it, in order; nothing where it was redacted or has no
 * text that all may read. Only its own author may edit or redact it, and what was redacted stays so.
 */
export function textNow({ log, content }: LogEntry, later: readonly LogEntry[]): string | undefined {
  if (content.type !== "said" && content.type !== "did" && content.type !== "topic") return undefined;
  let { text } = content;
  for (const { log: by, content: change } of later) {
    if (authorOfLog(by) !== authorOfLog(log)) continue;
    if (change.type === "redacted") return undefined;
    if (change.type === "edited") text = change.text;
  }
  return text;
}
