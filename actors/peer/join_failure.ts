import type { JoinReply } from "../membership.ts";

type Failures = Extract<JoinReply, { type: "joined" }>["failures"];

/** What a person is told who could join none of these, and what to do about it where that is known. */
export function joinFailure(failures: Failures): string {
  const reasons = failures.map(({ address, reason }) => `${address} (${reason})`).join(", ");
  const isServed = failures.some(({ reason }) => reason.includes(OTHER_APPLICATION));
  return `Nobody answered: ${reasons}${isServed ? HINT : ""}`;
}

/** As memberlist and we say that members are of different applications, which a Serf cluster and one without it are. */
const OTHER_APPLICATION = "delegate protocol version";

const HINT = "; in a Serf cluster every peer needs --serf, elsewhere none may have it";
