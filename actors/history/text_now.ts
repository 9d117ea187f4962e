import type { Content } from "./content.ts";
import type { LogEntry } from "./entry.ts";
import type { OrderKey } from "./order.ts";
import type { HistoryStore } from "./store.ts";

/**
 * The text that an entry shows now, or did before a place in the room's order; nothing where it was redacted or has no
 * text. What a sealed one says is `opened`, where that is known. Only its own author may edit or redact an entry, and what
 * was redacted stays so.
 */
export function textNow(
  entry: LogEntry,
  store: Pick<HistoryStore, "decisive">,
  { opened, before }: Readonly<{ opened?: string | undefined; before?: OrderKey }> = {},
): string | undefined {
  const text = firstText(entry.content, opened);
  if (text === undefined) return undefined;
  const change = store.decisive(entry, before)?.content;
  if (change?.type === "redacted") return undefined;
  return change?.type === "edited" ? change.text : text;
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
