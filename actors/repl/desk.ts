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
  files: () => Promise.resolve([]),
};
