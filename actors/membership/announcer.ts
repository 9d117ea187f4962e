import type { Alive } from "../../transport/wire/message.ts";
import type { MemberEvent, MembershipDeps, MembershipEvent, MembershipMessage, MemberView } from "../membership.ts";
import type { Context } from "../runtime/behavior.ts";
import type { Application } from "./application.ts";
import type { Announcement } from "./effect.ts";
import { isListed, type Member, viewOf, viewOfAlive } from "./member.ts";
import type { Roster } from "./roster.ts";
import type { Seeking } from "./seeking.ts";

type AnnouncerDeps = Readonly<{
  ctx: Context<MembershipMessage>;
  deps: MembershipDeps;
  application: Application;
  seeking: Seeking;
  roster(): Roster | undefined;
}>;

/** Tells what becomes of members: the rest of the peer, the application, and what outlives a crash of ours. */
export class Announcer {
  readonly #deps: AnnouncerDeps;

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps;
  }

  announce(announcement: Announcement): void {
    const { ctx, deps, application, seeking } = this.#deps;
    const member = viewOf(announcement.member);
    this.#rememberPresent(announcement.member);
    seeking.note(announcement.member);
    const { name, address, state, incarnation } = member;
    ctx.log.info("member", { event: announcement.event, name, address, state, incarnation });
    // Who left closes its links itself; its last words may still be on the way.
    if (announcement.event === "leave" && state !== "left") deps.links?.().tell({ type: "peer_gone", peer: address });
    const event = eventOf(announcement, member);
    this.#publish(event);
    application.tell("members", { type: "member", event });
  }

  /** Somebody claims the name of a known member from elsewhere. */
  conflict(member: Member, claim: Alive): void {
    const known = viewOf(member);
    const offered = viewOfAlive(claim);
    const from = offered?.address ?? "an address that is none";
    this.#publish({ type: "conflict", member: known, offered: from });
    if (offered !== undefined) this.#deps.application.tell("members", { type: "conflict", known, offered });
  }

  #publish(event: MembershipEvent): void {
    this.#deps.ctx.events.publish(this.#deps.deps.topic, event);
  }

  /** Whom to ask for the rest after a crash. */
  #rememberPresent(member: Member): void {
    const { name, memory: { present } } = this.#deps.deps;
    if (member.name === name || this.#deps.roster()?.left) return;
    if (isListed(member)) present.set(member.name, member);
    else present.delete(member.name);
  }
}

function eventOf(announcement: Announcement, member: MemberView): MemberEvent {
  switch (announcement.event) {
    case "join":
      return { type: "joined", member };
    case "update":
      return { type: "updated", member };
    case "unsuspect":
      return { type: "refuted", member };
    case "suspect":
      return { type: "suspected", member, by: announcement.by };
    case "leave":
      return member.state === "left" ? { type: "left", member } : { type: "failed", member, by: announcement.by };
  }
}
