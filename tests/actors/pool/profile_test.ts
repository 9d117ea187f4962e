import { assertEquals, assertThrows } from "@std/assert";
import { checkedProfile, lan, local, wan } from "../../../actors/pool/profile.ts";

Deno.test("the three profiles can work", () => {
  for (const profile of [lan, wan, local]) assertEquals(checkedProfile(profile), profile);
});

Deno.test("a profile that could never hear a relay is refused", () => {
  assertThrows(
    () => checkedProfile({ ...lan, probeTimeoutMs: 1000 }),
    RangeError,
    "below the interval of 1000 ms: 1000",
  );
});

Deno.test("a profile that speaks what we do not understand is refused", () => {
  assertThrows(() => checkedProfile({ ...lan, protocolVersion: 6 }), RangeError, "1 to 5: 6");
});

Deno.test("a profile whose packets hold nothing, or more than a datagram, is refused", () => {
  for (const packetBytesMax of [100, 70_000]) {
    assertThrows(() => checkedProfile({ ...lan, packetBytesMax }), RangeError, `bytes: ${packetBytesMax}`);
  }
});
