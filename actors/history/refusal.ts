import { isTextTooLong, type RoomName } from "../chat_room/entry.ts";
import { type AuthorId, authorOfLog } from "./author.ts";
import { type Content, SIGN_BYTES_MAX } from "./content.ts";
import type { HistoryStore } from "./store.ts";
import { textNow } from "./text_now.ts";
import type { EntryHash } from "./values.ts";

/** Longest topic, in UTF-8 bytes: a few lines of a terminal. */
const TOPIC_BYTES_MAX = 400;

/** What a person may ask to be written into a room. */
export type Writable = Exclude<Content, { type: "sealed" }>;

type Where = Readonly<{ store: HistoryStore; room: RoomName; author: AuthorId }>;

/** Why `author` cannot write that into its log, in one sentence. Others would take no notice of most of it either. */
export function refusalOf(content: Writable, where: Where): string | undefined {
  switch (content.type) {
    case "said":
    case "did":
      return refusalOfText(content.text);
    case "topic":
      return Buffer.byteLength(content.text) > TOPIC_BYTES_MAX ? "The topic is too long" : undefined;
    case "edited":
      return refusalOfText(content.text) ?? refusalOfTarget(content.target, where, true);
    case "redacted":
      return refusalOfTarget(content.target, where, true);
    case "reacted":
      return refusalOfSign(content.sign) ?? refusalOfTarget(content.target, where, false);
  }
}

function refusalOfText(text: string): string | undefined {
  if (text.trim() === "") return "There is nothing to say";
  return isTextTooLong(text) ? "The message is too long" : undefined;
}

function refusalOfSign(sign: string): string | undefined {
  const isSign = sign !== "" && !/\s/.test(sign) && Buffer.byteLength(sign) <= SIGN_BYTES_MAX;
  return isSign ? undefined : "A reaction is one sign or one short word";
}

function refusalOfTarget(target: EntryHash, { store, room, author }: Where, isOwnOnly: boolean): string | undefined {
  const entry = store.find(room, target);
  if (entry === undefined) return "There is no such message";
  if (textNow(entry, store) === undefined) return "That message says nothing any more";
  return isOwnOnly && authorOfLog(entry.log) !== author
    ? "That is not yours: only its author can change it"
    : undefined;
}
