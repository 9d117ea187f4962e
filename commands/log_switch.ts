import type { LogLevel, LogSink } from "../actors/runtime/log.ts";
import type { Environment } from "../config.ts";
import { type OpenLog, openLog } from "./log_sink.ts";

/** A log that can be turned on and off while the peer runs. */
export class LogSwitch {
  readonly #least: LogLevel;
  readonly #env: Environment;
  #open: OpenLog;

  constructor(open: OpenLog, least: LogLevel, env: Environment) {
    this.#open = open;
    this.#least = least;
    this.#env = env;
  }

  /** Where actors log, whatever is open then. */
  readonly sink: LogSink = (record) => this.#open.sink(record);

  /** Logs into this file from now on, or into none. Throws an `Error` that says why not; then no more is logged. */
  turn(path: string | undefined): void {
    this.close();
    const next = openLog(path, this.#least, this.#env);
    if ("why" in next) throw new Error(next.why);
    this.#open = next;
  }

  close(): void {
    this.#open.close();
    this.#open = { sink: () => {}, close: () => {} };
  }
}
