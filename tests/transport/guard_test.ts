import { assert, assertEquals } from "@std/assert";
import { Guard } from "../../transport/guard.ts";
import type { PushPull } from "../../transport/wire/message.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";

const permissions = "none";

const noSecrets = (): never => {
  throw new Error("nothing is sealed here");
};
/** News that shrinks: a payload of zeros. */
const NEWS = encodeMessage({ type: "user", payload: new Uint8Array(1000) });
const TABLE: PushPull = { type: "push_pull", join: true, nodes: [], userState: new Uint8Array(1000) };

for (const compress of [true, false]) {
  Deno.test({
    name: `a guard told to compress: ${compress}, makes packets and streams ${
      compress ? "short" : "as long as they are"
    }`,
    permissions,
    fn() {
      const guard = new Guard(UNPROTECTED, noSecrets, { compress });
      const lengths = [
        guard.sealPacket([NEWS], { crc: true }),
        guard.sealRequest(TABLE),
        guard.sealReply(TABLE),
      ].map((bytes) => bytes.length);
      assert(lengths.every((length) => compress ? length < 500 : length > 1000), `${lengths}`);
    },
  });
}

Deno.test({
  name: "a guard that does not compress reads what is compressed",
  permissions,
  fn() {
    const plain = new Guard(UNPROTECTED, noSecrets, { compress: false });
    const packed = Guard.unguarded().sealPacket([NEWS], { crc: true });
    assertEquals(plain.openPacket(packed).messages.map(({ type }) => type), ["user"]);
  },
});
