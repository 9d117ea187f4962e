/** Says a line on stdout as a peer does where that is a pipe, and ends. */
import { openSink } from "../../commands/pipe_sink.ts";

await openSink("stdout").write(new TextEncoder().encode("said\n"));
Deno.exit(0);
