import { PeerProcess } from "./peer_process.ts";
import type { Place } from "./place.ts";

/** Our bootstrap service as a process of its own, and the base URL of its HTTP. */
export class RegistryProcess implements AsyncDisposable {
  readonly url: string;
  readonly process: PeerProcess;

  private constructor(url: string, process: PeerProcess) {
    this.url = url;
    this.process = process;
  }

  static async start(place: Place, ...flags: string[]): Promise<RegistryProcess> {
    const process = PeerProcess.start("bootstrap", { place, args: ["--listen", "127.0.0.1:0", ...flags] });
    const [, url] = (await process.waitFor(/^The registry answers at .*(http:\/\/\S+)$/m))!;
    return new RegistryProcess(url!, process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
