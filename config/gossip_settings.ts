/**
 * The settings of the gossip: memberlist's configuration, under its names where those say what is meant. In the
 * configuration file they stand under "gossip", in help in a group of their own, because few people need them. What a
 * profile has, has its default from the profile that was chosen.
 */
import { showAddressRange } from "../actors/membership/allowed_addresses.ts";
import { lan, local, type Profile, PROTOCOL_VERSIONS, wan } from "../actors/pool/profile.ts";
import type { EncryptionVersion } from "../transport/wire/encryption.ts";
import { UNPROTECTED } from "../transport/wire/protection.ts";
import { list, type Parsed, parseSwitch, type Setting, type SettingKind, showSwitch, single } from "./setting.ts";
import { parseCount, parseDelegateVersions, parseRange, parseSize, parseTime, showSize, showTime } from "./value.ts";

/** The profiles by name. */
export const PROFILES = { lan, wan, local };
export type ProfileName = keyof typeof PROFILES;
export type { Profile } from "../actors/pool/profile.ts";

/** What `--serf` changes in every profile: an agent's delegate versions are 2 to 5, and 4 is what its library speaks. */
export const SERF: Pick<Profile, "delegateVersions"> = { delegateVersions: [2, 5, 4] };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Below the minute after which a join gives up: what comes later would be an answer to nobody. */
const STREAM_TIMEOUT_MAX_MS = 50_000;

/** A datagram over IPv4 holds 65,507 bytes, and a packet may get 7 longer than its maximum (`gossipBudget`). */
const PACKET_BYTES_MAX = 65_500;

/** A hundred relays, a suspicion a hundred times as long: more is a typing error. */
const MULTIPLIER_MAX = 100;

/** In the order in which help and `showconfig` list them. */
export const GOSSIP_SETTINGS = {
  probeInterval: ofProfile("probeIntervalMs", time(1, HOUR_MS), {
    flag: "probe-interval",
    help: "Between two probes",
  }),
  probeTimeout: ofProfile("probeTimeoutMs", time(1, HOUR_MS), {
    flag: "probe-timeout",
    help: "Until relays are asked; below the interval",
  }),
  indirectChecks: ofProfile("indirectChecks", number(0, MULTIPLIER_MAX), {
    flag: "indirect-checks",
    help: "Relays asked when a probe is not answered",
  }),
  streamPings: ofProfile("streamPings", onOff(), {
    flag: "stream-pings",
    help: "Then also ping over a stream (TCP)",
  }),
  awarenessMaxMultiplier: ofProfile("awarenessMaxMultiplier", number(1, MULTIPLIER_MAX), {
    flag: "awareness-max-multiplier",
    help: "How far bad health stretches the interval",
  }),
  suspicionMult: ofProfile("suspicionMult", number(1, MULTIPLIER_MAX), {
    flag: "suspicion-mult",
    help: "Scales the shortest suspicion",
  }),
  suspicionMaxTimeoutMult: ofProfile("suspicionMaxTimeoutMult", number(1, MULTIPLIER_MAX), {
    flag: "suspicion-max-timeout-mult",
    help: "The longest, in units of the shortest",
  }),
  gossipInterval: ofProfile("gossipIntervalMs", time(0, HOUR_MS), {
    flag: "gossip-interval",
    help: "Between two rounds of gossip; 0s for none",
  }),
  gossipNodes: ofProfile("gossipNodes", number(1, MULTIPLIER_MAX), {
    flag: "gossip-nodes",
    help: "Members that get a packet each round",
  }),
  gossipToTheDeadTime: ofProfile("gossipToTheDeadMs", time(0, DAY_MS), {
    flag: "gossip-to-the-dead-time",
    help: "How long the dead are told, to refute",
  }),
  retransmitMult: ofProfile("retransmitMult", number(1, MULTIPLIER_MAX), {
    flag: "retransmit-mult",
    help: "Scales how often each news is sent",
  }),
  pushPullInterval: ofProfile("pushPullIntervalMs", time(0, DAY_MS), {
    flag: "push-pull-interval",
    help: "Between two exchanges of tables; 0s for none",
  }),
  deadNodeReclaimTime: ofProfile("deadNodeReclaimMs", time(0, DAY_MS), {
    flag: "dead-node-reclaim-time",
    help: "Until a dead name may move; 0s for not",
  }),
  streamTimeout: ofProfile("streamTimeoutMs", time(1, STREAM_TIMEOUT_MAX_MS), {
    flag: "stream-timeout",
    help: "To connect, and for an exchange (TCPTimeout)",
  }),
  packetSize: ofProfile("packetBytesMax", size(1, PACKET_BYTES_MAX), {
    flag: "packet-size",
    help: "Most of a packet with gossip (UDPBufferSize)",
  }),
  handoffQueueDepth: ofProfile("handoffQueueDepth", number(1, 1_000_000), {
    flag: "handoff-queue-depth",
    help: "Packets that may wait to be read",
  }),
  membersMax: ofProfile("membersMax", number(2, 1_000_000), {
    flag: "members-max",
    help: "Names in the member table, ours included",
  }),
  unverifiedMax: ofProfile("unverifiedMax", number(1, 1_000_000), {
    flag: "unverified-max",
    help: "Of these, names known from hearsay alone",
  }),
  addressesAllowed: {
    ...list({
      ...row({ flag: "addresses-allowed", help: "Where members may be; repeated (CIDRsAllowed)" }),
      placeholder: "IP/BITS",
      parse: parseRange,
      show: showAddressRange,
      fallbackText: "anywhere",
    }),
    field: "addressesAllowed" as const,
  },
  protocolVersion: ofProfile("protocolVersion", number(PROTOCOL_VERSIONS.min, PROTOCOL_VERSIONS.max), {
    flag: "protocol-version",
    help: "What is spoken; all five are understood",
  }),
  delegateVersions: ofProfile("delegateVersions", versions(), {
    flag: "delegate-versions",
    help: "To announce; --serf makes it 2,5,4",
  }),
  compression: gossip(onOff(), () => true, {
    flag: "compression",
    help: "Compress what is sent (EnableCompression)",
  }),
  verifyIncoming: gossip(onOff(), () => UNPROTECTED.verifyIncoming, {
    flag: "verify-incoming",
    help: "With a key: take nothing that is not sealed",
  }),
  verifyOutgoing: gossip(onOff(), () => UNPROTECTED.verifyOutgoing, {
    flag: "verify-outgoing",
    help: "With a key: seal what is sent",
  }),
  encryptionVersion: gossip(sealVersion(), ({ protocolVersion }) => protocolVersion === 1 ? 0 : 1, {
    flag: "encryption-version",
    help: "To seal with; 0 where protocol 1 is spoken",
  }),
  encryptionVersionMin: gossip(sealVersion(), () => UNPROTECTED.encryptionVersionMin, {
    flag: "encryption-version-min",
    help: "The least that is opened",
  }),
  skipInboundLabelCheck: gossip(onOff(), () => UNPROTECTED.skipInboundLabelCheck, {
    flag: "skip-inbound-label-check",
    help: "Something in front of us takes labels off",
  }),
};

/** How a value is written. */
type Form<T> = Readonly<{
  kind: SettingKind;
  placeholder: string;
  parse: (text: string) => Parsed<T>;
  show: (value: T) => string;
}>;

type Text = Readonly<{ flag: string; help: string }>;

/** A setting with its default from the profile, where it is called `field`. */
function ofProfile<F extends keyof Profile>(field: F, form: Form<Profile[F]>, text: Text) {
  return { ...gossip(form, (profile): Profile[F] => profile[field], text), field };
}

function gossip<T>(form: Form<T>, fallback: (profile: Profile) => T, text: Text): Setting<T, "peer"> {
  const { kind, ...rest } = form;
  const fallbackText = defaults((profile) => form.show(fallback(profile)));
  return single(kind, { ...rest, ...row(text), fallback: (_env, profile = local) => fallback(profile), fallbackText });
}

/** What all rows of this table have in common; a variable is called as its flag. */
function row(text: Text) {
  const environment: `PARLEY_${string}` = `PARLEY_${text.flag.toUpperCase().replaceAll("-", "_")}`;
  return { ...text, environment, commands: ["peer"], section: "gossip" } as const;
}

/** What the profiles have, as `lan/wan/local`, or one text where that is the same. */
function defaults(show: (profile: Profile) => string): string {
  const texts = Object.values(PROFILES).map(show);
  return new Set(texts).size === 1 ? texts[0]! : texts.join("/");
}

function time(leastMs: number, mostMs: number): Form<number> {
  return { kind: "text", placeholder: "TIME", parse: parseTime(leastMs, mostMs), show: showTime };
}

function size(leastBytes: number, mostBytes: number): Form<number> {
  return { kind: "text", placeholder: "SIZE", parse: parseSize(leastBytes, mostBytes), show: showSize };
}

function number(least: number, most: number): Form<number> {
  return { kind: "count", placeholder: "N", parse: parseCount(least, most), show: String };
}

function onOff(): Form<boolean> {
  return { kind: "switch", placeholder: "", parse: parseSwitch, show: showSwitch };
}

function versions(): Form<readonly [number, number, number]> {
  return { kind: "text", placeholder: "MIN,MAX,NOW", parse: parseDelegateVersions, show: (all) => all.join(",") };
}

function sealVersion(): Form<EncryptionVersion> {
  const parse = parseCount(0, 1) as (text: string) => Parsed<EncryptionVersion>;
  return { kind: "count", placeholder: "N", parse, show: String };
}
