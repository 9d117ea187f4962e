import type { ChatEvent } from "../chat_room.ts";

/** The longest part of a text that is named by its beginning. */
const BEGINNING_CHARACTERS_MAX = 40;

/**
 * What happens in a room in the words of its author, for people whose programs know nothing but a name and a text;
 * nothing where there are no words for it.
 */
export function plainWords(event: ChatEvent): string | undefined {
  switch (event.type) {
    case "said":
      return event.text;
    case "did":
      return `* ${event.text}`;
    case "topic":
      return event.text === "" ? "* has cleared the topic" : `* has set the topic: ${event.text}`;
    case "edited":
      return `* now says, for "${beginningOf(event.targetText)}": ${event.text}`;
    case "redacted":
      return "* has taken back what was said";
    case "reacted":
      return `* ${event.takenBack ? "no longer " : ""}${event.sign} to "${beginningOf(event.targetText)}"`;
    case "came":
    case "went":
      return undefined;
  }
}

/** How a text begins, to tell which is meant. */
export function beginningOf(text: string): string {
  const [line = ""] = text.split(/[\r\n]/, 1);
  const characters = [...line];
  if (characters.length <= BEGINNING_CHARACTERS_MAX && line === text) return text;
  return `${characters.slice(0, BEGINNING_CHARACTERS_MAX).join("")}…`;
}
