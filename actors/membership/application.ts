import {
  DELEGATE_TIMEOUT_MS,
  type DelegateMessage,
  type DelegateWants,
  LOCAL_STATE_BYTES_MAX,
  type PoolDelegate,
  tellApplication,
  type Verdict,
} from "../pool/delegate.ts";
import type { MemberView } from "../membership.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef } from "../runtime/ref.ts";

/** The application's answer to the question of this number; `undefined` if there was none in time. */
export type ApplicationAnswered = Readonly<{
  type: "application_answered";
  question: number;
  answer: Uint8Array | Verdict | undefined;
}>;

type ApplicationDeps = Readonly<{
  ctx: Pick<Context<ApplicationAnswered>, "ask" | "pipeToSelf">;
  delegate: PoolDelegate | undefined;
  count(what: string): void;
}>;

/**
 * The pool's application as membership sees it: who does not want a question is taken to have nothing to say, at once;
 * who does is waited for, but not for ever.
 */
export class Application {
  readonly #deps: ApplicationDeps;
  readonly #questions = new Map<number, (answer: ApplicationAnswered["answer"]) => void>();
  #last = 0;

  constructor(deps: ApplicationDeps) {
    this.#deps = deps;
  }

  wants(want: keyof DelegateWants): boolean {
    return this.#deps.delegate?.wants[want] ?? false;
  }

  tell(want: keyof DelegateWants, message: DelegateMessage): void {
    const { delegate, count } = this.#deps;
    if (delegate?.wants[want] && !tellApplication(delegate, message)) count("application full");
  }

  /** What goes with our table; nothing, if it has nothing, does not answer in time, or says too much. */
  localState(join: boolean, then: (state: Uint8Array) => void): void {
    if (!this.wants("localState")) return then(NOTHING);
    const build = (replyTo: ActorRef<Uint8Array>) => ({ type: "local_state_wanted", join, replyTo }) as const;
    this.#ask(build, (answer) => {
      if (!(answer instanceof Uint8Array)) this.#deps.count("local state late");
      else if (answer.length > LOCAL_STATE_BYTES_MAX) this.#deps.count("local state too long");
      else return then(answer);
      then(NOTHING);
    });
  }

  /** Whether another's table may be merged. */
  judgeMerge(members: readonly MemberView[], then: (verdict: Verdict) => void): void {
    this.#judge("merge", (replyTo) => ({ type: "merge_proposed", members, replyTo }), then);
  }

  /** Whether a member may vouch for itself. */
  judgeAlive(member: MemberView, then: (verdict: Verdict) => void): void {
    this.#judge("alive", (replyTo) => ({ type: "alive_proposed", member, replyTo }), then);
  }

  answered({ question, answer }: ApplicationAnswered): void {
    const then = this.#questions.get(question);
    this.#questions.delete(question);
    then?.(answer);
  }

  #judge(
    what: "merge" | "alive",
    build: (replyTo: ActorRef<Verdict>) => DelegateMessage,
    then: (verdict: Verdict) => void,
  ): void {
    if (!this.wants(`${what}Veto`)) return then({ ok: true });
    this.#ask(build, (answer) => {
      if (answer !== undefined && "ok" in answer) return then(answer);
      this.#deps.count(`${what} veto late`);
      then({ ok: false, why: "the application did not answer in time" });
    });
  }

  #ask<R extends Uint8Array | Verdict>(
    build: (replyTo: ActorRef<R>) => DelegateMessage,
    then: (answer: ApplicationAnswered["answer"]) => void,
  ): void {
    const { ctx, delegate } = this.#deps;
    const question = ++this.#last;
    this.#questions.set(question, then);
    const answered = (answer: ApplicationAnswered["answer"]) =>
      ({ type: "application_answered", question, answer }) as const;
    const asked = ctx.ask<DelegateMessage, R>(delegate!.ref(), build, DELEGATE_TIMEOUT_MS);
    ctx.pipeToSelf(asked, answered, () => answered(undefined));
  }
}

const NOTHING = new Uint8Array(0);
