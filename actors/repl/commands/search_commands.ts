import { shownIso, shownMs } from "../../history/clock_mark.ts";
import type { ContentType } from "../../history/content.ts";
import type { Shown } from "../../history/shown.ts";
import { alikeMark, clockMark, FOREIGN } from "../announce.ts";
import type { Command, CommandData, CommandOutcome } from "../command.ts";
import { partsByFound } from "../found_words.ts";
import { parseSearch, type SearchRequest } from "../search_request.ts";
import type { Style } from "../style.ts";
import { isolated, visible, visibleName } from "../visible.ts";
import { entryData } from "./history_commands.ts";

/** Entries shown: of more, only that there are. */
const SHOWN_MAX = 20;

/** Finding what was said. */
export const SEARCH_COMMANDS: readonly Command[] = [
  {
    name: "search",
    usage: "WORDS… [in ROOM] [from NAME] [since WHEN]",
    summary: "Find what was said, the newest first; WHEN is 10m, 2h, 3d, 14:30 or 2026-11-20",
    group: "chat",
    async run({ text, peer, print, style }): Promise<CommandOutcome> {
      const { archive } = peer.steps;
      const request = parseSearch(text, archive.wallMs);
      if (request === undefined) return "usage";
      const found = await archive.search({ ...request, limit: SHOWN_MAX + 1 });
      const shown = found.slice(0, SHOWN_MAX);
      const lines = shown.map((one) => lineOf(one, request, style));
      if (lines.length === 0) lines.push(nothingLine(request));
      if (found.length > shown.length) lines.push("There is more: in ROOM, from NAME or since WHEN find less");
      print(lines, dataOf(request, shown, found.length > shown.length));
    },
  },
];

function lineOf({ entry, text = "", isForeign, alike }: Shown, { words }: SearchRequest, style: Style): string {
  const { name, content, room, wallMs, clock } = entry;
  const guest = "guest" in content && content.guest !== undefined ? `${isolated(visibleName(content.guest))}@` : "";
  const speaker = guest + isolated(visibleName(name)) + alikeMark(alike) + (isForeign ? FOREIGN : "");
  const said = partsByFound(text, words)
    .map((part) => part.isFound ? style.bold(style.yellow(visible(part.text))) : visible(part.text)).join("");
  const isSpeech = content.type === "said" || content.type === "sealed";
  const what = isSpeech ? `${speaker}: ${said}` : `* ${speaker} ${verbOf(content.type)}${said}`;
  return `${style.dim(dayAndTime(wallMs))} ${content.type === "sealed" ? "(direct)" : `#${room}`} ${what}${
    clockMark(clock)
  }`;
}

function verbOf(type: ContentType): string {
  return type === "topic" ? "set the topic: " : "";
}

/** A word after "in" names a room, which may not be what was meant. */
function nothingLine({ room }: SearchRequest): string {
  return room === undefined ? "Nothing was found" : `Nothing was found in #${room}: what is in quotes is only words`;
}

function dayAndTime(wallMs: number): string {
  const at = new Date(shownMs(wallMs));
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function dataOf(request: SearchRequest, found: readonly Shown[], isMore: boolean): CommandData {
  const { words, room = null, from = null, sinceWallMs } = request;
  return {
    words,
    room,
    from,
    since: sinceWallMs === undefined ? null : shownIso(sinceWallMs),
    entries: found.map((shown) => ({ room: shown.entry.room, ...entryData(shown) })),
    more: isMore,
  };
}
