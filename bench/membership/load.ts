/** A process for each core that has nothing to do but to be busy. */
export class Load implements AsyncDisposable {
  readonly #burners: readonly Deno.ChildProcess[];

  constructor() {
    const args = ["run", "-q", "--no-prompt", "--no-config", new URL("burn.ts", import.meta.url).pathname];
    const options = { args, stdin: "piped", stdout: "null", stderr: "null" } as const;
    this.#burners = Array.from(
      { length: navigator.hardwareConcurrency },
      () => new Deno.Command(Deno.execPath(), options).spawn(),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const burner of this.#burners) burner.kill("SIGKILL");
    await Promise.all(this.#burners.map(async (burner) => {
      await burner.status;
      await burner.stdin.abort().catch(() => {});
    }));
  }
}
