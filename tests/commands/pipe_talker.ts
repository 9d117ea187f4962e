/** Says as many lines as it is told to, and on stderr that it has: whoever has not read any by then finds all of them. */
import { openSink } from "../../commands/pipe_sink.ts";
import { PipeWriter } from "../../commands/pipe_writer.ts";

const writer = new PipeWriter(openSink("stdout"), (error) => {
  throw error;
});
for (let number = 0; number < Number(Deno.args[0]); number++) {
  writer.write(`${String(number).padEnd(200)}\n`);
  await new Promise((resolve) => setImmediate(resolve)); // each by itself
}
await openSink("stderr").write(new TextEncoder().encode("said\n"));
await writer.flushed(60_000);
