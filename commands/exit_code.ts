/** How a run ends, for scripts: documented, and never renumbered. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong flags, arguments or settings. */
  usage: 2,
  /** No first contact could be reached. */
  not_joined: 3,
  /** A key, a name or a permission was refused. */
  refused: 4,
  /** A script saw something else than it expected. */
  expectation_failed: 5,
  timed_out: 6,
  /** No peer of that name is running: its control socket was not found. */
  no_peer: 7,
  /** SIGINT. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];
