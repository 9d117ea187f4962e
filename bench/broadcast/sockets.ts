/** What processes sent over TCP, as the kernel counts it: the same for everybody's programs. */

/** Bytes sent so far by each of these processes over connections that are open; `undefined` without `ss`. */
export async function sentBytes(pids: readonly number[]): Promise<ReadonlyMap<number, number> | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("ss", { args: ["-tinpOH"], stderr: "null" }).output();
    return success ? sentBytesIn(new TextDecoder().decode(stdout), pids) : undefined;
  } catch {
    return undefined;
  }
}

/** The same in what `ss -tinpOH` shows: a line for each connection, with its process and its counters. */
export function sentBytesIn(text: string, pids: readonly number[]): ReadonlyMap<number, number> {
  const sent = new Map(pids.map((pid) => [pid, 0]));
  for (const line of text.split("\n")) {
    const pid = Number(/\bpid=(\d+)/.exec(line)?.[1]);
    const before = sent.get(pid);
    if (before !== undefined) sent.set(pid, before + Number(/\bbytes_sent:(\d+)/.exec(line)?.[1] ?? 0));
  }
  return sent;
}

/**
 * The most that one of the `others` sent, in percent of a fair share: of what everybody sent, the author too, divided
 * by all. 0 where nobody sent anything.
 */
export function largestShare(author: number, others: readonly number[]): number {
  const fair = (author + others.reduce((sum, bytes) => sum + bytes, 0)) / (others.length + 1);
  return fair === 0 ? 0 : Math.max(...others) / fair * 100;
}
