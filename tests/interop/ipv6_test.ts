/** Members at IPv6 addresses. This machine has one, so they are told apart by their ports. */
import { freePort } from "../support/free_port.ts";
import { GoPeer } from "../support/go_peer.ts";
import { Place } from "../support/place.ts";
import { find } from "../support/wait.ts";
import { needs } from "./needed.ts";
import { ParleyMember } from "./parley_member.ts";

const COMMON = { profile: "lan", delegateVersions: "2,5,4" } as const;

/** Whether this machine has ::1 at all. */
function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test(
  "a peer of ours and a Go peer at ::1 join each other, either way round, and leave",
  { ignore: needs("go").ignore || !hasIpv6() },
  async (t) => {
    await using place = await Place.create();
    await using theirs = await GoPeer.start({ name: "theirs", bind: "[::1]:0", ...COMMON, keys: [] });
    const bind = "[::1]:" + freePort("::1");
    await using ours = await ParleyMember.start({ name: "ours", bind, place, ...COMMON, keyFile: undefined });
    const wanted = new Map([["ours", bind], ["theirs", theirs.address]]);
    const agree = async () => {
      const lists = await Promise.all([ours.listed(), theirs.listed()]);
      return lists.every((list) => [...wanted].every(([name, address]) => list.get(name) === address)) || undefined;
    };

    await t.step("ours joins theirs", async () => {
      await ours.join(theirs.address);
      await find(agree, 30_000, () => ours.log + theirs.log);
    });

    await t.step("theirs joins ours", async () => {
      await using second = await GoPeer.start({ name: "second", bind: "[::1]:0", ...COMMON, keys: [] });
      await second.join(bind);
      wanted.set("second", second.address);
      await find(agree, 30_000, () => ours.log + theirs.log);
      await second.leave();
      await find(() => Promise.resolve(ours.hasShown("* second left") || undefined), 30_000, () => ours.log);
    });

    await t.step("ours leaves", async () => {
      await ours.leave();
      const isGone = () => theirs.events.some(({ event, node }) => event === "leave" && node?.name === "ours");
      await find(() => Promise.resolve(isGone() || undefined), 30_000, () => theirs.log);
    });
  },
);
