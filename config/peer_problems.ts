/** What a peer is told to do that it cannot or must not do, of what can be seen in its settings. */
import { type Address, isLoopback, splitAddress } from "../transport/address.ts";

/** What of a peer's settings decides who can hear it, and whom it lets in. */
type PeerExposure = Readonly<{
  bind: Value<Address>;
  advertise: Value<Address | undefined>;
  gateway: Value<boolean>;
  tcp: Value<Address | undefined>;
  ws: Value<Address | undefined>;
  compat: Value<readonly string[]>;
  serf: Value<boolean>;
  keyFile: Value<string | undefined>;
  label: Value<Readonly<{ text: string }>>;
  plaintextOnNetwork: Value<boolean>;
  verifyIncoming: Value<boolean>;
  verifyOutgoing: Value<boolean>;
}>;

type Value<T> = Readonly<{ value: T }>;

/** Why a peer cannot let cli-chat's members in, if it is told to and cannot. */
export function compatProblem({ compat, serf, keyFile, label }: PeerExposure): string | undefined {
  if (!compat.value.includes("cli-chat")) return undefined;
  const others = [[serf.value, "--serf"], [keyFile.value !== undefined, "--key-file"], [
    label.value.text !== "",
    "--label",
  ]] as const;
  const other = others.find(([isSet]) => isSet)?.[1];
  return other === undefined ? undefined : `cli-chat knows nothing of ${other}: choose that or --compat cli-chat`;
}

/** Why a peer does not listen where it was told to, if so: nothing readable leaves this machine by mistake. */
export function bindProblem(config: PeerExposure): string | undefined {
  const { bind, advertise, keyFile, plaintextOnNetwork, verifyIncoming, verifyOutgoing } = config;
  const isPortKnown = splitAddress(bind.value).port !== 0 || splitAddress(advertise.value ?? bind.value).port === 0;
  if (!isPortKnown) return `cannot advertise ${advertise.value} while --bind leaves the port open: name both`;
  const door = openDoor(config);
  if (door !== undefined && !plaintextOnNetwork.value) {
    return `will not let clients in on ${door}: what they say is sealed by no key; ` +
      "--plaintext-on-network does it anyway, for all to read";
  }
  if (isLoopback(bind.value) || plaintextOnNetwork.value) return undefined;
  if (keyFile.value !== undefined) {
    if (verifyIncoming.value && verifyOutgoing.value) return undefined;
    return `will not listen on ${bind.value} with a key that is not insisted on: both verifyIncoming and ` +
      "verifyOutgoing must be on; --plaintext-on-network does it anyway, for all to read or forge";
  }
  return `will not listen on ${bind.value} without a key, which --key-file gives; ` +
    "--plaintext-on-network does it anyway, for all to read";
}

/** The first place beyond this machine where clients are let in, if there is one. */
function openDoor({ bind, gateway, tcp, ws, compat }: PeerExposure): Address | undefined {
  const doors = [gateway.value || compat.value.includes("talks") ? bind.value : undefined, tcp.value, ws.value];
  return doors.find((door) => door !== undefined && !isLoopback(door));
}
