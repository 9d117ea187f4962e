/** How a run ends, for scripts: documented, and never renumbered. */
export const EXIT = {
  done: 0,
  /** Something that was asked for was not done. */
  failed: 1,
  /** Wrong flags, arguments or settings. */
  usage: 2,
  /** No first contact could be reached. */
  not_joined: 3,
  /** A key, a name or a permission was refused. */
  refused: 4,
  /** A scenario saw something else than it expected, or a run of the simulator not what it was made for. */
  expectation_failed: 5,
  /** Reserved: something took too long. */
  timed_out: 6,
  /** Reserved: no peer of that name is running; its control socket was not found. */
  no_peer: 7,
  /** SIGHUP. */
  hung_up: 129,
  /** SIGINT. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** No run ends with these yet. */
export const EXIT_RESERVED: readonly ExitCode[] = [EXIT.timed_out, EXIT.no_peer];

/** The code that actors, who do not know this table, ended with; one that is not in it is a failure. */
export function exitCodeOf(code: number): ExitCode {
  return Object.values(EXIT).find((known) => known === code) ?? EXIT.failed;
}
