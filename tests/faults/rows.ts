import type { Proof } from "../support/proofs.ts";

/**
 * The bad inputs and faults of packets (1–20), streams (21–33) and membership (34–44) that Parley has to survive, each
 * with the tests that show it, apart from those in this folder, whose names begin with their row.
 */
export const ROWS: Readonly<Record<number, readonly [what: string, ...proofs: readonly Proof[]]>> = {
  1: ["an empty datagram, one byte, 65,507 bytes of noise", ["transport/wire/packet_test.ts", "faults row 1:"]],
  2: ["an unknown type, or one only for streams", ["transport/wire/packet_test.ts", "faults row 2:"]],
  3: [
    "every message cut at every byte",
    ["transport/wire/messages_test.ts", "faults row 3: a message cut"],
    ["transport/wire/packet_test.ts", "faults row 3: a packet cut"],
  ],
  5: [
    "an alive with a bad Vsn, address, port or meta",
    ["transport/wire/validate_test.ts", "faults row 5:"],
    ["sim/strangers_test.ts", "an alive with ${what} leaves the table as it is"],
  ],
  6: ["a wrong checksum, one in another", ["transport/wire/packet_test.ts", "faults row 6:"]],
  7: ["compounds of 0 and 255 parts, beyond the packet, in each other", [
    "transport/wire/packet_test.ts",
    "faults row 7:",
  ]],
  8: [
    "bombs of LZW, unknown algorithms",
    ["transport/wire/packet_test.ts", "faults row 8:"],
    ["transport/wire/stream_test.ts", "faults row 8:"],
  ],
  9: [
    "another key, a flipped tag, a wrong version, plain text where there is a key",
    ["transport/wire/encryption_test.ts", "faults row 9:"],
    ["sim/keys_test.ts", "faults rows 9 and 10: a datagram"],
  ],
  10: ["a wrong, too long or unexpected label", ["transport/wire/label_test.ts", "faults row 10:"]],
  11: ["a replay of all packets of the last hour", ["transport/replays_test.ts", "a sealed packet is opened once"]],
  13: ["a forged death of ours", ["sim/detection_test.ts", "who is accused falsely hears of it"]],
  14: [
    "100,000 names that do not exist",
    ["actors/membership/unverified_test.ts", "who answered at its address is never crowded out"],
  ],
  15: ["pings for others, floods of pings", ["actors/transport/budget_test.ts", "with the table full of the busy"]],
  16: ["spoofed source addresses", ["sim/strangers_test.ts", "a relay pings members for others"]],
  18: [
    "names that are none, or that look like somebody's",
    ["transport/wire/validate_test.ts", "faults row 18:"],
    ["actors/repl/look_alikes_test.ts", "faults row 18:"],
    ["actors/peer_name_test.ts", "a name ${what} is refused"],
    ["actors/repl_test.ts", "faults row 18:"],
  ],
  19: [
    "network coordinates that are nowhere",
    ["actors/serf/coordinate_test.ts", "a place that is nowhere is refused"],
    ["actors/serf_test.ts", "where a member believes to be is counted, and where nobody can be is too"],
  ],
  20: ["more datagrams than a socket keeps", ["sim/pool_settings_test.ts", "of a burst of datagrams"]],
  21: [
    "silent and dripping streams",
    ["actors/transport_test.ts", "a stream whose first bytes do not come within 5 s"],
    ["actors/links_test.ts", "of many strangers that do not say hello the oldest is closed"],
  ],
  22: [
    "push/pull headers that claim −1, 2³¹ or 10⁹ nodes, or 2 GiB of state",
    ["transport/wire/stream_test.ts", "faults row 22:"],
    ["actors/transport_test.ts", "${what} is closed at once and counted as ${reason}"],
  ],
  23: ["1,000 push/pulls at once", [
    "actors/transport_test.ts",
    "of a thousand memberlist streams at once 128 are served",
  ]],
  24: ["an encrypted frame of 4 GiB", ["transport/wire/protection_test.ts", "faults row 24:"]],
  25: [
    "a peer that goes in the middle of a frame",
    ["actors/transport_test.ts", "a peer that is reset in mid-frame leaves no timer behind"],
  ],
  // Without a byte that says why: what nobody knows is closed and counted, to a stranger it is the same.
  27: ["streams for a pool or listener that is unknown", [
    "transport/mux_test.ts",
    "what is for a pool that is unknown",
  ]],
  28: ["first bytes that match nothing, or late", [
    "actors/transport_test.ts",
    "a stream whose first bytes do not come",
  ]],
  33: [
    "a reader slower than the sender, on a link",
    ["actors/links_test.ts", "a peer that does not read"],
  ],
  34: ["two peers with one name at once", ["sim/world_test.ts", "a name that is taken is refused with exit code 4"]],
  35: ["a name back at another address after a crash", [
    "sim/relocation_test.ts",
    "with a reclaim time a name is free",
  ]],
  36: ["a split, and its healing", ["sim/partition_test.ts", "a split of ${minutes} minutes heals"]],
  37: ["a link that works one way", [
    "actors/failure_detector/blocked_links_test.ts",
    "four answers in a row by others",
  ]],
  38: ["UDP blocked, TCP open", ["sim/detection_test.ts", "with nobody to ask, a ping over a stream keeps alive"]],
  39: ["loss, jitter, reordering, duplicates", ["sim/network_test.ts", "a stream survives loss and jitter"]],
  40: ["a process or machine that stands still", ["sim/pause_test.ts", "who stood still for ${ms} ms blames nobody"]],
  41: [
    "all killed at once, the registry gone",
    ["e2e/bootstrap_test.ts", "peers and registry all killed"],
    ["commands/state_file_test.ts", "a state that was saved is loaded again"],
  ],
  42: ["clocks that jump"],
  43: [
    "a bootstrap that is no help",
    ["bootstrap/faults_test.ts", "a registry that answers with ${what} is said to be none"],
    ["actors/peer/arrival_test.ts", "when all who are listed are dead, a peer goes on alone"],
    ["sim/world_test.ts", "a peer whose registry never answers gives up with exit code 3"],
  ],
  44: ["a key changed twice while some slept", ["sim/keys_test.ts", "a key is changed without a pause"]],
};

/** What is not there yet to be put to the test, and why. */
export const LATER: Readonly<Record<number, string>> = {
  29: "there is no sync of rooms yet",
  30: "there is no sync of rooms yet",
  31: "entries of rooms have no signatures and parents yet",
};
