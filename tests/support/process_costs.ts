/** What a process has cost so far, as Linux counts it in `/proc`. */

/** Linux counts the processor's time in hundredths of a second, and memory in pages, for all programs. */
const TICKS_PER_SECOND = 100;

/** The processor's time that a process has used, in ms, for itself and in the kernel. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name of the program, in brackets, may hold anything; `utime` and `stime` are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1_000 / TICKS_PER_SECOND;
}

/** The memory that a process has now, in MiB. */
export async function memoryMiB(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1_024;
}
