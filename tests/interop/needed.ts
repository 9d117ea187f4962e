import { canBuildGoPeer } from "../support/go_peer_program.ts";
import { ignoredFor } from "../support/ignored.ts";
import { hasSerf } from "../support/serf_agent.ts";

/** Programs that we did not write: whether they are here, and what Debian calls them. */
const PROGRAMS = {
  go: { isHere: canBuildGoPeer, packages: "golang-go and golang-github-hashicorp-memberlist-dev" },
  serf: { isHere: hasSerf, packages: "serf" },
};

/** What a test against other programs puts after its name: it is ignored where one of them is missing. */
export function needs(...programs: readonly (keyof typeof PROGRAMS)[]): { ignore: boolean } {
  const reasons = programs.filter((program) => !PROGRAMS[program].isHere())
    .map((program) => `for want of Debian's ${PROGRAMS[program].packages}`);
  if (Deno.build.os !== "linux") reasons.push("for want of the addresses 127.0.0.0/8, which Linux gives to everybody");
  return ignoredFor(reasons);
}
