/** The processes below `pid`, parents before children. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const children = Deno.build.os === "linux" ? await childrenInProc(pid) : await childrenByPs(pid);
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

/** The program itself: below a task runner its last child, else `pid`. */
export async function programBelow(pid: number): Promise<number> {
  return (await descendantsOf(pid)).at(-1) ?? pid;
}

/** Sends a signal to a process that may have ended already. */
export function killIfThere(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Every thread has children of its own; slim containers have no `ps` to ask. */
async function childrenInProc(pid: number): Promise<number[]> {
  const children: number[] = [];
  try {
    for await (const thread of Deno.readDir(`/proc/${pid}/task`)) {
      const text = await Deno.readTextFile(`/proc/${pid}/task/${thread.name}/children`);
      children.push(...text.split(" ").filter((word) => word !== "").map(Number));
    }
  } catch {
    // It has ended meanwhile.
  }
  return children;
}

async function childrenByPs(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid="] }).output();
  const rows = new TextDecoder().decode(stdout).trim().split("\n").map((row) => row.trim().split(/\s+/).map(Number));
  return rows.flatMap(([child, parent]) => parent === pid ? [child!] : []);
}
