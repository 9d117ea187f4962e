/** Says the hash of what it reads from the pipe that is its stdin, whether that failed, and what its stdin is then, once it is at the end. */
import { createHash } from "node:crypto";
import { readPipe } from "../../commands/pipe_source.ts";

const hash = createHash("sha256");
readPipe(0, 1_024, {
  bytes: (bytes) => hash.update(bytes),
  ended(error) {
    const stdin = Deno.readLinkSync("/dev/fd/0");
    Deno.stdout.writeSync(new TextEncoder().encode(`${hash.digest("hex")} ${error} ${stdin}\n`));
    Deno.exit(0);
  },
});
