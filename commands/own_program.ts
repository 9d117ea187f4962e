/** How this program starts itself again, as what it is now: sources that Deno runs, or an executable of its own. */

/**
 * As in the tasks. What runs a few times a second in a peer that is quiet would else be interpreted for minutes, and not
 * be compiled well for thousands of messages. Good code is small and touches little besides, which is what counts where
 * each message finds the processor's caches cold. For the same reason what is young has 4 MiB and not 16: under load, a
 * quarter of the time went into pages that the kernel had to clear. Its pages are kept, and the thread whose it is collects
 * it alone, in half a millisecond: where all cores are busy, it would wait for helpers that get none up to fifty times as
 * long.
 */
export const V8_FLAGS = `--v8-flags=${
  [
    "--no-lazy-feedback-allocation",
    "--invocation-count-for-maglev=100",
    "--invocation-count-for-turbofan=300",
    "--minimum-invocations-after-ic-update=100",
    "--min-semi-space-size=4",
    "--max-semi-space-size=4",
    "--no-parallel-scavenge",
    "--memory-pool-timeout=600",
  ].join()
}`;

/** With what Deno runs the one file of a self-extracting executable. A program may do what its user may, except FFI. */
export const SINGLE_FILE_FLAGS: readonly string[] = [
  V8_FLAGS,
  "-q",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--no-prompt",
  "--unstable-net",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
];

const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** In what form this program runs. */
export type Form =
  | { readonly type: "sources" }
  | { readonly type: "single_file"; readonly path: string }
  | { readonly type: "compiled" };

/** The form of the program that this is a part of. */
export function ownForm(): Form {
  if (Deno.build.standalone) return { type: "compiled" };
  // In a bundle every module is the main one; among the sources this one never is.
  if (import.meta.url === Deno.mainModule) return { type: "single_file", path: new URL(Deno.mainModule).pathname };
  return { type: "sources" };
}

/** What `Deno.execPath()` is given to run `parley COMMAND ARGS…`, with leave to write below `folder`. */
export function ownArguments(form: Form, folder: string, command: string, args: readonly string[]): readonly string[] {
  switch (form.type) {
    case "compiled":
      return [command, ...args];
    case "single_file":
      return ["run", ...SINGLE_FILE_FLAGS, form.path, command, ...args];
    case "sources":
      return ["run", "-q", "--no-prompt", V8_FLAGS, `-P=${command}`, `--allow-write=${folder}`, MAIN, command, ...args];
  }
}
