import { canBuildGoPeer } from "../support/go_peer_program.ts";
import { hasSerf } from "../support/serf_agent.ts";

/** Programs that we did not write: whether they are here, and what Debian calls them. */
const PROGRAMS = {
  go: { isHere: canBuildGoPeer, packages: "golang-go and golang-github-hashicorp-memberlist-dev" },
  serf: { isHere: hasSerf, packages: "serf" },
};

/**
 * What a test against other programs puts after its name: it is ignored, and says why, where one of them is missing,
 * unless `PARLEY_REQUIRE_ALL=1` asks for every test.
 */
export function needs(...programs: readonly (keyof typeof PROGRAMS)[]): { ignore: boolean } {
  const reasons = programs.filter((program) => !PROGRAMS[program].isHere())
    .map((program) => `for want of Debian's ${PROGRAMS[program].packages}`);
  if (Deno.build.os !== "linux") reasons.push("for want of the addresses 127.0.0.0/8, which Linux gives to everybody");
  const ignore = reasons.length > 0 && Deno.env.get("PARLEY_REQUIRE_ALL") !== "1";
  // deno-lint-ignore no-console
  if (ignore) console.warn(`Ignored ${reasons.join(" and ")}; PARLEY_REQUIRE_ALL=1 makes that a failure`);
  return { ignore };
}
