/** What every benchmark of processes needs: to wait for what they do, and to read what they used. */

/** The kernel counts processor time in these (USER_HZ, which is 100 wherever Linux runs). */
const CPU_TICK_MS = 10;

/** How often a condition is looked at, in ms. */
const LOOK_MS = 20;

/** Processor time of a process so far, its own and the kernel's for it, in ms; throws if it is not there. */
export function cpuMsOf(pid: number): number {
  return cpuMsIn(Deno.readTextFileSync(`/proc/${pid}/stat`));
}

/** The same in the text of `/proc/PID/stat` (`proc_pid_stat(5)`, fields 14 and 15): the name may hold anything. */
export function cpuMsIn(stat: string): number {
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return (user! + system!) * CPU_TICK_MS;
}

/** Whether the condition came true within `withinMs`. */
export async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_MS);
  }
  return true;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
