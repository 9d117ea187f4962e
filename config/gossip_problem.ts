import { isAllowedAddress } from "../actors/membership/allowed_addresses.ts";
import type { Profile } from "../actors/pool/profile.ts";
import { type Address, isWildcard } from "../transport/address.ts";
import { COMPOUND_HEADER_BYTES, COMPOUND_PART_BYTES } from "../transport/wire/compound.ts";
import { SEAL_BYTES_MAX } from "../transport/wire/encryption.ts";
import { LABEL_HEADER_BYTES } from "../transport/wire/label.ts";
import type { Label } from "../transport/wire/label.ts";
import { encodeMessage } from "../transport/wire/messages.ts";
import type { Protection } from "../transport/wire/protection.ts";
import { META_BYTES_MAX, NAME_BYTES_MAX } from "../transport/wire/validate.ts";
import type { GOSSIP_SETTINGS } from "./gossip_settings.ts";
import { showSize } from "./value.ts";

/** What is looked at together. */
type Gossip = Readonly<{
  profile: Profile;
  strictness: Omit<Protection, "label" | "keyring">;
  bind: Address;
  /** What others are told instead, if so. */
  advertise: Address | undefined;
  label: Label;
  /** Whether there is a key file. */
  keyed: boolean;
}>;

/** A setting with its value and where that came from, for a sentence. */
type Told = (key: keyof typeof GOSSIP_SETTINGS | "bind" | "advertise") => string;

/** Why settings, each of which is right in itself, do not work together; `undefined` if they do. */
export function gossipProblem(gossip: Gossip, told: Told): string | undefined {
  const { profile, strictness, bind, advertise } = gossip;
  // Relays and streams would be asked when all is over (hashicorp/memberlist, issue 149).
  if (profile.probeTimeoutMs >= profile.probeIntervalMs) {
    return `${told("probeTimeout")} must be shorter than ${told("probeInterval")}`;
  }
  const needed = packetBytesMin(gossip);
  if (profile.packetBytesMax < needed) {
    return `${told("packetSize")} is too small: the longest news of one member takes ${showSize(needed)}`;
  }
  if (strictness.encryptionVersion < strictness.encryptionVersionMin) {
    return `${told("encryptionVersionMin")} would refuse what ${told("encryptionVersion")} seals`;
  }
  // Which of a machine's addresses is told is not known before.
  const isKnown = advertise !== undefined || !isWildcard(bind);
  if (isKnown && !isAllowedAddress(profile.addressesAllowed, advertise ?? bind)) {
    return `${told(advertise === undefined ? "bind" : "advertise")} is not in ${told("addressesAllowed")}`;
  }
  return undefined;
}

/** What a packet must hold, or some news would wait for ever to be sent. */
function packetBytesMin({ strictness, label, keyed }: Gossip): number {
  const labelled = label.bytes.length === 0 ? 0 : LABEL_HEADER_BYTES + label.bytes.length;
  const sealed = keyed && strictness.verifyOutgoing ? SEAL_BYTES_MAX[strictness.encryptionVersion] : 0;
  return COMPOUND_HEADER_BYTES + COMPOUND_PART_BYTES + LONGEST_ALIVE.length + labelled + sealed;
}

/** Of all that is gossiped, an alive is the longest. */
const LONGEST_ALIVE = encodeMessage({
  type: "alive",
  incarnation: 2 ** 32 - 1,
  node: "x".repeat(NAME_BYTES_MAX),
  addr: new Uint8Array(16),
  port: 65_535,
  meta: new Uint8Array(META_BYTES_MAX),
  vsn: new Uint8Array(6).fill(255),
});
