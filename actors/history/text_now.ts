import { authorOfLog } from "./author.ts";
import type { Content } from "./content.ts";
import type { LogEntry } from "./entry.ts";

/**
 * The text that an entry shows, where `later` are those that name it, in order; nothing where it was redacted or has no
 * text. What a sealed one says is `opened`, where that is known. Only its own author may edit or redact an entry, and what
 * was redacted stays so.
 */
export function textNow(
  { log, content }: LogEntry,
  later: readonly LogEntry[],
  opened?: string,
): string | undefined {
  let text = firstText(content, opened);
  if (text === undefined) return undefined;
  for (const { log: by, content: change } of later) {
    if (authorOfLog(by) !== authorOfLog(log)) continue;
    if (change.type === "redacted") return undefined;
    if (change.type === "edited") text = change.text;
  }
  return text;
}

function firstText(content: Content, opened: string | undefined): string | undefined {
  switch (content.type) {
    case "said":
    case "did":
    case "topic":
      return content.text;
    case "sealed":
      return opened;
    default:
      return undefined;
  }
}
