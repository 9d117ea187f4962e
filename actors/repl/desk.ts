/** What commands may do with the machine that the peer runs on. What cannot be done rejects with an `Error` that says why. */
export type Desk = Readonly<{
  /** Writes the settings into a file, by default one of the peer's name; its full path. */
  saveSettings(file: string | undefined): Promise<string>;
  /** Goes by the settings in a file from now on; the paths of those in it that only a start can change. */
  loadSettings(file: string): Promise<readonly string[]>;
  /** Logs into this file from now on, or into none; its full path. */
  log(file: string | undefined): Promise<string | undefined>;
  /**
   * Runs a command of the machine's shell, for as long as is allowed or until `signal`; there is none where that was not
   * allowed.
   */
  shell?(command: string, signal: AbortSignal): Promise<ShellResult>;
  /**
   * Writes a file a few lines at a time, in place of one of that name only when `lines` has come to its end; its full
   * path.
   */
  writeLines(
    file: string,
    lines: (write: (lines: readonly string[]) => Promise<void>) => Promise<void>,
  ): Promise<string>;
  /** The lines of a file, some at a time; of one that is too long only so much that it is seen to be. */
  readLines(file: string): AsyncIterable<readonly string[]>;
  /** Files and folders that begin with `stem`, for Tab; folders end with a slash. */
  files(stem: string): Promise<readonly string[]>;
}>;

/** What a command of the shell wrote, and how it ended: with a code, or before its time because of something. */
export type ShellResult = Readonly<{ output: string; end: number | ShellCut }>;
export type ShellCut = "interrupted" | "too_late" | "too_much";

const none = (): Promise<never> => Promise.reject(new Error("there are no files here"));

/** For peers that run on no machine of their own. */
export const NO_DESK: Desk = {
  saveSettings: none,
  loadSettings: none,
  log: none,
  writeLines: none,
  readLines: (): AsyncIterable<readonly string[]> => {
    throw new Error("there are no files here");
  },
  files: () => Promise.resolve([]),
};
