/** What `--version` prints and what a peer says of itself; semantic versioning. */
export const VERSION = "0.1.0";
