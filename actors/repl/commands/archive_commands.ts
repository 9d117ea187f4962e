import { parseRoomName } from "../../chat_room/entry.ts";
import { type Command, type CommandOutcome, failed } from "../command.ts";
import { visible } from "../visible.ts";

/** Lines of an import that are named with what is wrong with them: of more, only how many they are. */
const REFUSALS_SHOWN = 10;

/** What was said, into files and out of them. */
export const ARCHIVE_COMMANDS: readonly Command[] = [
  {
    name: "export",
    usage: "FILE [ROOM]",
    summary: "Write what was said in all rooms, or in one, into a file of JSON lines, the newest first",
    group: "chat",
    complete: (peer, stem) => peer.desk.files(stem),
    async run({ args, peer, print }): Promise<CommandOutcome> {
      const [file, word, surplus] = args;
      if (file === undefined || surplus !== undefined) return "usage";
      const room = word === undefined ? undefined : parseRoomName(word);
      if (word !== undefined && room === undefined) return failed(`No room can be called "${visible(word)}"`);
      let count = 0;
      const path = await peer.desk.writeLines(file, async (write) => {
        count = await peer.steps.archive.export(room, write);
      });
      print(`Wrote ${count === 1 ? "1 entry" : `${count} entries`} to ${visible(path)}`, {
        file: path,
        entries: count,
      });
    },
  },
  {
    name: "import",
    usage: "FILE",
    summary: "Take what was exported, also of rooms you are not in; what nobody vouches for is refused",
    group: "chat",
    complete: (peer, stem) => peer.desk.files(stem),
    async run({ args, peer, print }): Promise<CommandOutcome> {
      const [file, surplus] = args;
      if (file === undefined || surplus !== undefined) return "usage";
      const result = await peer.steps.archive.import(peer.desk.readLines(file));
      const { known, refused, refusals } = result;
      const lines = [`${visible(file)}: ${result.new} new, ${known} known, ${refused} refused`];
      for (const { line, why } of refusals.slice(0, REFUSALS_SHOWN)) lines.push(`  line ${line}: ${why}`);
      if (refused > REFUSALS_SHOWN) lines.push(`  and ${refused - REFUSALS_SHOWN} more`);
      print(lines, { new: result.new, known, refused, refusals });
    },
  },
];
