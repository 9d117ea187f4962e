import type { ChatEvent } from "../chat_room.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { Unread } from "../history/unread.ts";
import type { MembershipEvent } from "../membership.ts";
import type { ReplDeps, ReplMessage, ReplMode } from "../repl.ts";
import type { Context } from "../runtime/behavior.ts";
import {
  announceChat,
  announceDirect,
  announceHistory,
  announceMember,
  announcePeople,
  announceSerf,
} from "./announce.ts";
import { LookAlikes } from "./look_alikes.ts";
import { completionOf } from "./candidates.ts";
import {
  type Command,
  type CommandCall,
  type CommandData,
  type CommandOutcome,
  type CommandSession,
  failed,
} from "./command.ts";
import { splitCommand } from "./command_line.ts";
import { commandTyped, findCommand, suggest } from "./command_lookup.ts";
import { speak } from "./commands/chat_commands.ts";
import { usageOf } from "./commands/session_commands.ts";
import type { CompletionAnswer, CompletionRequest } from "./line_editor/completion.ts";
import { ESCAPE_FLUSH_MS } from "./line_editor/keys.ts";
import { isParley } from "../serf/tags.ts";
import {
  chatRecord,
  type CommandDone,
  type CommandOutput,
  directRecord,
  historyRecord,
  memberRecord,
  peopleRecord,
  recordLine,
  type ReplRecord,
  serfRecord,
} from "./records.ts";
import { FRAME_INTERVAL_MS, Screen, type ScreenEffect } from "./screen.ts";
import { ScriptRunner } from "./script_runner.ts";
import { visible } from "./visible.ts";

/** Lines that may wait for the command that runs. */
const LINES_WAITING_MAX = 10_000;

/** Lines that are being said at once, each waiting to be written and sent: what comes in one gulp is signed together. */
const SPEAKING_MAX = 256;

/** A name that was claimed this recently is still the same news. */
const CONFLICT_QUIET_MS = 60_000;

/** What is unread is written so long after it changed, once for all that did. */
const KEEP_UNREAD_AFTER_MS = 5_000;

/** One life of the REPL: what is typed, what runs because of it, and what is shown. */
export class Session {
  readonly #ctx: Context<ReplMessage>;
  readonly #deps: ReplDeps;
  readonly #screen: Screen;
  readonly #commandSession: CommandSession;
  readonly #scripts: ScriptRunner;
  #mode: ReplMode;
  #room: RoomName | undefined;
  /** When a claim to a member's name was last heard. */
  readonly #conflicts = new Map<string, number>();
  /** Who of those that were shown only looks like another. */
  #looks: LookAlikes;
  #refusing = false;
  #running = false;
  /** Lines that are being said. */
  #speaking = 0;
  #quitting = false;
  #wake: ((completed: boolean) => void) | undefined;
  #interrupted = false;
  #lastFrameAt = Number.NEGATIVE_INFINITY;

  constructor(ctx: Context<ReplMessage>, deps: ReplDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    const { memory } = deps;
    this.#screen = new Screen(deps.terminal, memory.screen);
    this.#looks = this.#looksOfShown();
    this.#mode = memory.mode;
    this.#room = memory.room;
    this.#commandSession = {
      room: () => this.#room,
      listed: (room) => deps.memory.listed.get(room) ?? [],
      list: (room, entries) => void deps.memory.listed.set(room, entries),
      unread: (room) => deps.memory.unread.get(room) ?? 0,
      unreadRooms: () => [...deps.memory.unread.keys()],
      enter: (room, mode) => this.#enter(room, mode === "chat" ? "chat" : this.#mode),
      leave: (room) => this.#leave(room),
      left: () => this.#left(),
      sleep: (ms) => this.#sleep(ms),
      execute: (file) => this.#scripts.execute(file),
      quit: () => this.#quit(),
      commands: deps.commands,
    };
    this.#scripts = new ScriptRunner({
      commands: deps.commands,
      readFile: (path) => deps.readFile(path),
      run: (command, text) => this.#run(command, text),
      echo: (line) => this.#print("execute", deps.style.dim(`> ${visible(line)}`), { line }),
      stopped: () => this.#whyNoFurther(),
    });
    this.#showPrompt();
  }

  handle(message: ReplMessage): void {
    switch (message.type) {
      case "typed":
        return this.#screen.bytes(message.bytes, this.#perform);
      case "input_ended":
        return this.#screen.end(this.#perform);
      case "resized":
        return this.#screen.resized();
      case "notice":
        return this.#notice(message.text, message.tone);
      case "chat":
        return this.#chat(message.event);
      case "history":
        if (this.#deps.json) return this.#record(historyRecord(message.event));
        return announceHistory(message.event, this.#deps.style, this.#looks).forEach((line) =>
          this.#screen.print(line)
        );
      case "direct":
        if (this.#deps.json) return this.#record(directRecord(message.event));
        if (!message.event.own) this.#ring();
        return announceDirect(message.event, this.#deps.style, this.#looks).forEach((line) => this.#screen.print(line));
      case "people":
        if (this.#deps.json) return this.#record(peopleRecord(message.event));
        return announcePeople(message.event, this.#deps.style, this.#looks).forEach((line) => this.#screen.print(line));
      case "member":
        if (this.#deps.json) this.#record(memberRecord(message.event));
        return this.#member(message.event);
      case "serf":
        if (this.#deps.json) return this.#record(serfRecord(message.event));
        return this.#screen.print(announceSerf(message.event, this.#deps.style, this.#looks));
      case "arrived":
        return this.#arrived(message.room);
      case "completed":
        return this.#screen.completed(message.request, message.answer);
      case "output":
      case "done":
        return this.#show(message);
      case "unread":
        return this.#wereUnread(message.unread);
      case "keep_unread":
        return this.#keepUnread();
      case "command_done":
        return this.#commandDone(message.outcome, message.isSpeech, message.command);
      case "frame":
        return;
      case "keys":
        return this.#screen.flushKeys(this.#perform);
      case "woken":
        return this.#endSleep(true);
    }
  }

  /** Goes on with the lines that a crash left waiting. */
  resume(): void {
    this.#recallUnread();
    this.#runNext();
  }

  /** Draws what changed, at most thirty times a second, and sees to half-read keys. */
  refresh(): void {
    const { timers, clock } = this.#ctx;
    if (this.#screen.waitingForKeys) timers.after("keys", ESCAPE_FLUSH_MS, { type: "keys" });
    else timers.cancel("keys");
    if (!this.#screen.dirty || timers.has("frame")) return;
    const waitMs = this.#lastFrameAt + FRAME_INTERVAL_MS - clock.now();
    if (waitMs > 0) return timers.after("frame", waitMs, { type: "frame" });
    this.#lastFrameAt = clock.now();
    this.#screen.flushFrame();
  }

  remember(): void {
    const { memory } = this.#deps;
    memory.screen = this.#screen.state;
    memory.mode = this.#mode;
    if (this.#room === undefined) delete memory.room;
    else memory.room = this.#room;
  }

  readonly #perform = (effect: ScreenEffect): void => {
    switch (effect.type) {
      case "submit":
        return this.#submit(effect.text);
      case "complete":
        return this.#complete(effect.request);
      case "interrupt":
        return this.#interrupt();
      case "quit":
        return this.#leavePeer();
      case "end":
        return this.#endOfInput();
      case "refused":
        return this.#fail(`A text of ${effect.length} characters is too long; ${effect.lengthMax} are allowed`);
    }
  };

  #submit(text: string): void {
    const { lines } = this.#deps.memory;
    if (this.#screen.history.at(-1) === text) this.#deps.keepLine?.(text); // of a pipe, and of what is private, there is none
    if (text.trim() === "" || this.#quitting) return;
    const refuse = lines.length >= LINES_WAITING_MAX;
    if (refuse && !this.#refusing) this.#fail("Too many lines wait; further ones are dropped");
    this.#refusing = refuse;
    if (!refuse) lines.push(text);
    this.#runNext();
  }

  #runNext(): void {
    const { memory } = this.#deps;
    while (!this.#running && !this.#quitting && !memory.arriving) {
      const [line] = memory.lines;
      if (line === undefined) return memory.inputEnded && this.#speaking === 0 ? this.#quit() : undefined;
      const isSpeech = this.#mode === "chat" && !/^\/[^/]/.test(line);
      if (this.#speaking >= (isSpeech ? SPEAKING_MAX : 1)) return;
      memory.lines.shift();
      this.#interrupted = false;
      if (isSpeech) this.#speak(line.replace(/^\/\//, "/"));
      else this.#command(line);
    }
  }

  /** What is said next need not wait until this is: it comes after it all the same. */
  #speak(text: string): void {
    this.#speaking++;
    this.#await(speak(this.#deps.peer.steps, this.#room, text), findCommand(this.#deps.commands, "msg"), true);
  }

  #command(line: string): void {
    this.#running = true;
    const { word, rest } = splitCommand(line);
    const command = commandTyped(this.#deps.commands, word, this.#mode === "chat");
    if (command === undefined) return this.#await(failed(suggest(this.#deps.commands, word)));
    this.#await(this.#run(command, rest), command);
  }

  /** Runs a command. One without a usage takes no arguments; of what is thrown, an ask without a reply, only the text. */
  async #run(command: Command, text: string): Promise<CommandOutcome> {
    const args = text.split(/\s+/).filter((word) => word !== "");
    if (command.usage === undefined && args.length > 0) return "usage";
    try {
      return await command.run(this.#callOf(command, args, text));
    } catch (error) {
      return failed(messageOf(error));
    }
  }

  #callOf({ name }: Command, args: readonly string[], text: string): CommandCall {
    return {
      args,
      text,
      peer: this.#deps.peer,
      session: this.#commandSession,
      style: this.#deps.style,
      print: (lines, data) => this.#print(name, lines, data),
    };
  }

  #await(outcome: CommandOutcome | Promise<CommandOutcome>, command?: Command, isSpeech = false): void {
    const done = (result: CommandOutcome): ReplMessage => ({
      type: "command_done",
      outcome: result,
      isSpeech,
      ...(command === undefined ? {} : { command }),
    });
    const settled = Promise.resolve(outcome);
    this.#ctx.pipeToSelf(settled, done, (error) => done(failed(messageOf(error))));
    // Whom nobody waits for any more has to say by himself how it ended.
    void settled.then((result) => this.#isOver ? this.#report(result, command) : undefined, () => {});
  }

  /** Whether the actor crashed while a command ran; its next life runs beside. */
  get #isOver(): boolean {
    return this.#ctx.signal.aborted;
  }

  #commandDone(outcome: CommandOutcome, isSpeech: boolean, command?: Command): void {
    if (isSpeech) this.#speaking--;
    else this.#running = false;
    this.#report(outcome, command);
    this.#runNext();
  }

  #report(outcome: CommandOutcome, command?: Command): void {
    if (outcome === "usage") this.#fail(`Usage: ${command === undefined ? "" : usageOf(command)}`);
    else if (outcome !== undefined) this.#fail(outcome.failed);
    this.#show({ type: "done", command: command?.name ?? "", ok: outcome === undefined });
  }

  /** Something that was asked for was not done: a person reads it; who wrote into a pipe is told at the end as well. */
  #fail(text: string): void {
    this.#deps.memory.failed = true;
    this.#notice(text, "bad");
  }

  #whyNoFurther(): string | undefined {
    if (this.#quitting) return "";
    if (this.#interrupted) return "interrupted";
    return this.#isOver ? "stopped, for the REPL had to start again" : undefined;
  }

  #sleep(ms: number): Promise<boolean> {
    this.#endSleep(false);
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#ctx.timers.after("sleep", ms, { type: "woken" });
    });
  }

  #endSleep(completed: boolean): void {
    this.#ctx.timers.cancel("sleep");
    this.#wake?.(completed);
    this.#wake = undefined;
  }

  #interrupt(): void {
    if (this.#quitting) return this.#leavePeer();
    if (!this.#running && this.#speaking === 0) return this.#notice("Ctrl-C again, or Ctrl-D, quits");
    this.#interrupted = true;
    this.#endSleep(false);
  }

  /** A person who ends wants to go now; a pipe that ends has said all, which is done first. */
  #endOfInput(): void {
    if (this.#deps.terminal.interactive) return this.#leavePeer();
    this.#deps.memory.inputEnded = true;
    this.#runNext();
  }

  /** Nothing more is run: who quits has said all. Asking the peer a second time would cut the goodbyes short. */
  #quit(): void {
    if (this.#quitting) return;
    this.#quitting = true;
    this.#deps.memory.lines.length = 0;
    this.#leavePeer();
  }

  /** Whoever sees what fails may go on and end well; a script that does not look is told by how we end. */
  #leavePeer(): void {
    const { terminal, memory, quit } = this.#deps;
    if (this.#ctx.timers.has("unread")) this.#keepUnread();
    quit(!terminal.interactive && memory.failed ? "failed" : "well");
  }

  #recallUnread(): void {
    const { memory, peer } = this.#deps;
    if (memory.hasFormerUnread === true) return;
    const kept = peer.steps.archive.unread();
    this.#ctx.pipeToSelf(kept, (unread) => ({ type: "unread", unread }), () => ({ type: "unread", unread: [] }));
  }

  #wereUnread(former: Unread): void {
    const { memory } = this.#deps;
    if (memory.hasFormerUnread === true) return;
    memory.hasFormerUnread = true;
    for (const [room, count] of former) {
      if (room !== this.#room) memory.unread.set(room, count + (memory.unread.get(room) ?? 0));
    }
  }

  /** It is kept now and then: it outlives the process, but for what was said in its last moments. */
  #unreadChanged(): void {
    const { timers } = this.#ctx;
    if (!timers.has("unread")) timers.after("unread", KEEP_UNREAD_AFTER_MS, { type: "keep_unread" });
  }

  #keepUnread(): void {
    this.#ctx.timers.cancel("unread");
    this.#deps.peer.steps.archive.keepUnread([...this.#deps.memory.unread]);
  }

  #complete(request: CompletionRequest): void {
    const { commands, peer } = this.#deps;
    const answer = completionOf(request.line.before, { commands, peer, isChat: this.#mode === "chat" });
    // At once where that can be: keys may stand behind the Tab already.
    if (!(answer instanceof Promise)) return this.#screen.completed(request, answer);
    const offer = (answer: CompletionAnswer): ReplMessage => ({ type: "completed", request, answer });
    this.#ctx.pipeToSelf(answer, offer, () => offer({ stem: "", candidates: [] }));
  }

  /** For who looks elsewhere. */
  #ring(): void {
    if (this.#deps.bell ?? true) this.#screen.ring();
  }

  #chat(event: ChatEvent): void {
    const { style, json, memory: { unread } } = this.#deps;
    const isElsewhere = event.room !== this.#room;
    if (isElsewhere && (event.type === "said" || event.type === "did") && !event.own) {
      const count = 1 + (unread.get(event.room) ?? 0);
      unread.delete(event.room); // those with the latest stand last
      unread.set(event.room, count);
      this.#unreadChanged();
    }
    if (json) return this.#record(chatRecord(event));
    if ("mention" in event) this.#ring();
    const lines = announceChat(event, { style, looks: this.#looks, room: this.#room });
    lines.forEach((line) => this.#screen.print(line));
  }

  #member(event: MembershipEvent): void {
    const { name } = event.member;
    if (name === this.#deps.name && event.type !== "conflict") return; // the person knows
    if (event.type === "conflict" && !this.#isNewConflict(name)) return;
    if (event.type === "joined" && this.#deps.memory.shown.has(name)) return; // our membership restarted; theirs did not
    if (event.type === "joined") {
      this.#deps.memory.shown.add(name);
      this.#looks.meet(name);
    }
    if (this.#mode === "chat" && event.type === "joined" && isParley(event.member.meta)) return; // they come to the room too
    const line = announceMember(event, this.#deps.style, this.#looks, this.#deps.strangersMayChat);
    if (line !== undefined && !this.#deps.json) this.#screen.print(line);
    if (event.type === "left" || event.type === "failed") {
      this.#deps.memory.shown.delete(name);
      this.#looks.part(name);
    }
  }

  #looksOfShown(): LookAlikes {
    const looks = new LookAlikes();
    for (const name of [this.#deps.name, ...this.#deps.memory.shown]) looks.meet(name);
    return looks;
  }

  /** Gossip repeats a claim again and again, and a thief may make it from many addresses. */
  #isNewConflict(name: string): boolean {
    const now = this.#ctx.clock.now();
    const shownAt = this.#conflicts.get(name) ?? Number.NEGATIVE_INFINITY;
    this.#conflicts.set(name, now);
    return now - shownAt > CONFLICT_QUIET_MS;
  }

  #arrived(room: RoomName): void {
    this.#deps.memory.arriving = false;
    this.#enter(room, "chat");
    this.#runNext();
  }

  #enter(room: RoomName, mode: ReplMode): void {
    this.#room = room;
    this.#mode = mode;
    if (this.#deps.memory.unread.delete(room)) this.#unreadChanged();
    this.#showPrompt();
  }

  #leave(room: RoomName): void {
    if (this.#deps.memory.unread.delete(room)) this.#unreadChanged();
    this.#deps.memory.listed.delete(room);
    if (this.#room !== room) return;
    const next = this.#deps.peer.steps.rooms.at(-1);
    if (next !== undefined) return this.#enter(next, this.#mode);
    this.#room = undefined;
    this.#showPrompt();
  }

  /** We are no member any more: in no room, and whoever we meet next is news. */
  #left(): void {
    this.#deps.memory.shown.clear();
    this.#deps.memory.unread.clear();
    this.#unreadChanged();
    this.#deps.memory.listed.clear();
    this.#looks = this.#looksOfShown();
    this.#room = undefined;
    this.#showPrompt();
  }

  #showPrompt(): void {
    const { name, style } = this.#deps;
    const inRoom = this.#mode === "chat" && this.#room !== undefined ? ` #${this.#room}` : "";
    // What is said in a room comes back as a line with its time, so the typed one need not stay.
    this.#screen.setPrompt({ text: `${name}${inRoom}> `, paint: style.cyan, echo: this.#mode === "command" });
  }

  #notice(text: string, tone: "plain" | "bad" = "plain"): void {
    if (this.#isOver) return this.#ctx.self.tell({ type: "notice", text, tone });
    if (this.#deps.json) return this.#record({ type: tone === "bad" ? "error" : "notice", text });
    // Names, paths and other peers' words may be in it.
    const shown = text.split("\n").map(visible).join("\n");
    if (tone === "plain") this.#screen.print(shown);
    else this.#screen.printError(shown, this.#deps.style.red);
    this.refresh();
  }

  #print(command: string, lines: string | readonly string[], data?: CommandData): void {
    if (lines.length === 0 && typeof lines !== "string" && !this.#deps.json) return; // an empty text is a line
    const text = typeof lines === "string" ? lines : lines.join("\n");
    this.#show({ type: "output", command, text, ...(data === undefined ? {} : { data }) });
  }

  /** Shows what a command made while it runs, outside of any message of ours: lines to a person, data to a program. */
  #show(shown: CommandOutput | CommandDone): void {
    if (this.#isOver) return this.#ctx.self.tell(shown);
    if (this.#deps.json) return this.#record(shown);
    if (shown.type === "output") this.#screen.print(shown.text);
    this.refresh();
  }

  #record(record: ReplRecord): void {
    this.#screen.printLine(recordLine(record, this.#ctx.clock.wallMs()));
    this.refresh();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
