/** What commands may do with the machine that the peer runs on. What cannot be done rejects with an `Error` that says why. */
export type Desk = Readonly<{
  /** Writes the settings into a file, by default one of the peer's name; its full path. */
  saveSettings(file: string | undefined): Promise<string>;
  /** Goes by the settings in a file from now on; the paths of those in it that only a start can change. */
  loadSettings(file: string): Promise<readonly string[]>;
  /** Logs into this file from now on, or into none; its full path. */
  log(file: string | undefined): Promise<string | undefined>;
  /** Files and folders that begin with `stem`, for Tab; folders end with a slash. */
  files(stem: string): Promise<readonly string[]>;
}>;

const none = (): Promise<never> => Promise.reject(new Error("there are no files here"));

/** For peers that run on no machine of their own. */
export const NO_DESK: Desk = {
  saveSettings: none,
  loadSettings: none,
  log: none,
  files: () => Promise.resolve([]),
};
