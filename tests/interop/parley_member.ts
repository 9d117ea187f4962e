import { PeerProcess } from "../support/peer_process.ts";
import type { Place } from "../support/place.ts";

interface ParleyMemberOptions {
  readonly name: string;
  /** IP:PORT. */
  readonly bind: string;
  readonly place: Place;
  readonly profile: "lan" | "wan" | "local";
  readonly keyFile: string | undefined;
}

/** A peer of ours as its users start it, that takes its steps one by one. */
export class ParleyMember implements AsyncDisposable {
  readonly name: string;
  #address: string;
  readonly #process: PeerProcess;
  #commands = 0;

  private constructor(name: string, address: string, process: PeerProcess) {
    this.name = name;
    this.#address = address;
    this.#process = process;
  }

  /** Starts one, a member of a cluster of one. */
  static async start(
    { name, bind, place, profile, keyFile }: ParleyMemberOptions,
  ): Promise<ParleyMember> {
    const flags = ["--bind", bind, "--profile", profile, "--serf"];
    if (keyFile !== undefined) flags.push("--key-file", keyFile);
    const args = [name, "--manual", place.bootstrapFlag, ...flags];
    const member = new ParleyMember(name, bind, PeerProcess.start("peer", { place, args }));
    try {
      await member.command("memberlistconfigure\nmemberlistcreate\nmemberliststart");
      await member.#process.waitFor(`Local member ${bind}`);
      return member;
    } catch (error) {
      await member[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where it is now. */
  get address(): string {
    return this.#address;
  }

  /** Leaves, and is a member again, of a cluster of one, at another port. */
  async move(port: number): Promise<void> {
    this.#address = this.#address.replace(/\d+$/, String(port));
    const anew = `memberlistshutdown\nmemberlistconfigure BindPort ${port}\nmemberlistcreate\nmemberliststart`;
    const shown = await this.command(`memberlistleave\n${anew}`);
    if (!shown.includes(`Local member ${this.#address}`)) throw new Error(`${this.name} could not move\n${shown}`);
  }

  /** Everything that was shown so far, and what went wrong. */
  get log(): string {
    return this.#process.shown + this.#process.complaints;
  }

  /** Whether it was shown, by a line of its own. */
  hasShown(line: string | RegExp): boolean {
    const lines = this.#process.shown.split("\n");
    return lines.some((shown) => typeof line === "string" ? shown === line : line.test(shown));
  }

  /** Enters lines and returns what was shown from then until they were done. */
  async command(lines: string): Promise<string> {
    const mark = `end of command ${++this.#commands}`;
    const from = this.#process.shown.length;
    await this.#process.say(`${lines}\necho ${mark}`);
    await this.#process.waitFor(new RegExp(`^${mark}$`, "m"));
    return this.#process.shown.slice(from);
  }

  async join(address: string): Promise<void> {
    const shown = await this.command(`memberlistjoin ${address}`);
    if (!shown.includes("1 host(s) successfully contacted")) {
      throw new Error(`${this.name} could not join ${address}\n${shown}${this.#process.complaints}`);
    }
  }

  /** Tries to join, and returns the complaint about it. */
  async failToJoin(address: string): Promise<string> {
    await this.#process.say(`memberlistjoin ${address}`);
    return (await this.#process.waitForComplaint(/^.+\n/))![0];
  }

  /** Everybody alive or suspected, by name. */
  async listed(): Promise<ReadonlyMap<string, string>> {
    const shown = await this.command("memberlist");
    const rows = shown.matchAll(/^\d+: +Name: (\S+)(?: \(\w+\))?\n +Address: (\S+)$/mg);
    return new Map([...rows].map(([, name, address]) => [name!, address!]));
  }

  async leave(): Promise<void> {
    await this.command("memberlistleave");
  }

  signal(signal: Deno.Signal): void {
    this.#process.signal(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
