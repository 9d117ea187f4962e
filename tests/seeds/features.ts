import type { Proof } from "../support/proofs.ts";

/**
 * The features of the seed programs, by their numbers in the matrix of `docs/seeds.md`, with the tests that show them
 * here. The numbers that are left out (34, 35, 49) no seed program has; 36 neither, but it follows from defect 30.
 */
export const FEATURES: Readonly<Record<number, readonly Proof[]>> = {
  1: [["interop/mixed_test.ts", "five of ours and five of theirs are one cluster"]],
  2: [
    ["sim/detection_test.ts", "who is accused falsely hears of it, refutes"],
    ["actors/repl/looking_commands_test.ts", "memberlisthealthscore shows 0"],
  ],
  3: [
    ["actors/repl/steps_test.ts", "step by step: two come"],
    ["actors/repl/looking_commands_test.ts", "memberlistshutdowntransport closes the port"],
    ["actors/repl/looking_commands_test.ts", "memberlistupdate tells the others anew"],
  ],
  4: [["actors/repl_test.ts", "each event is one line"], ["e2e/three_peers_test.ts", "three peers in three terminals"]],
  5: [["actors/cli_chat_test.ts", "a member that is killed leaves the room, and one whose program is there"]],
  6: [
    ["interop/join_test.ts", "our peers and Go's join each other"],
    ["actors/cli_chat_test.ts", "defect 12:"],
  ],
  7: [
    ["transport/wire/compress_test.ts", "LZW is Go's in ${vector.name}"],
    ["transport/wire/crc_test.ts", "encodeCrc() and decodeCrc() agree"],
  ],
  8: [["config/gossip_settings_test.ts", "the profile ${profile} has memberlist's numbers"]],
  9: [["e2e/acceptance/5_pools_test.ts", "acceptance 5:"]],
  10: [["actors/pools_contract.ts", "applications dial each other and send each other packets"]],
  11: [
    ["actors/pools_contract.ts", "HTTP, chat lines and foreign datagrams go through the gossip port"],
    ["e2e/browser_test.ts", "a browser, a terminal and a bare socket share a room"],
  ],
  13: [["actors/broadcaster/transmit_queue_test.ts", "replay ${scenario.name}"]],
  14: [["actors/items_test.ts", "what one peer adds all peers list"]],
  15: [["interop/application_test.ts", "user messages and meta cross both ways"]],
  16: [["e2e/registry_test.ts", "the seed's requests get the seed's answers, to the byte"]],
  17: [["e2e/bootstrap_test.ts", "peers that ask a registry in both of its ways"], [
    "config_test.ts",
    "a flag wins over the environment",
  ]],
  18: [["bootstrap/registry_test.ts", "refill compares timestamps as numbers"]],
  19: [["bootstrap/prober_test.ts", "defect 13: an entry where nobody answers"], [
    "sim/registry_limits_test.ts",
    "who takes a dead peer off the list",
  ]],
  20: [["e2e/registry_test.ts", "killed at any moment, the registry comes back"]],
  21: [
    ["actors/repl/looking_commands_test.ts", "bootstrap shows the registry's data"],
    ["actors/repl/looking_commands_test.ts", "bootstrapconfig sets both limits"],
  ],
  22: [["e2e/three_peers_test.ts", "three peers in three terminals"]],
  23: [["sim/gateway_test.ts", "clients of two peers and three people are in one room"]],
  24: [["transport/web_sockets_test.ts", "text and bytes come as they were sent"]],
  25: [["e2e/acceptance/6_machat_test.ts", "acceptance 6: MaChat's clients over TCP and WebSocket"]],
  26: [["sim/gateway_test.ts", "without a room a client is in the peer's own"]],
  27: [["actors/gateway/machat_test.ts", "a handshake is taken with and without a line end"]],
  28: [["actors/gateway/talks_test.ts", "Talks: the first message names its sender"]],
  29: [["sim/gateway_test.ts", "clients of two peers and three people are in one room"]],
  30: [["actors/rooms_test.ts", "who comes, speaks and goes tells everybody"]],
  31: [["e2e/seed_commands_test.ts", "two people use the seed's commands"]],
  32: [
    ["actors/repl/looking_commands_test.ts", "ping asks a member by a packet"],
    ["actors/repl/looking_commands_test.ts", "chatmemberping asks somebody in the room"],
  ],
  33: [["actors/guests_test.ts", "a name that a member or a guest in the room has"], [
    "sim/world_test.ts",
    "a name that is taken is refused",
  ]],
  36: [["sim/gateway_test.ts", "200 quick lines of one client arrive in order"]],
  37: [
    ["actors/repl_test.ts", "Tab completes members, occupants, items, files and settings"],
    ["e2e/seed_commands_test.ts", "what was typed in one run is there in the next"],
  ],
  38: [
    ["actors/repl/announce_test.ts", "on a terminal, ${event.type} is a line in its colour"],
    ["e2e/line_editor_test.ts", "line editor: a half-typed line survives"],
  ],
  39: [
    ["actors/repl/steps_test.ts", "execute chat.txt by ${names.length} peers"],
    ["actors/repl/script_test.ts", "execute shows each line and runs it"],
  ],
  40: [["actors/repl/arguments_test.ts", "help shows every command with its summary"]],
  41: [["commands/desk_test.ts", "a log is turned on, to another file, and off"]],
  42: [["commands/peer_settings_test.ts", "what one peer saved gives another the same settings"]],
  43: [["e2e/shell_test.ts", "deno task peer-with-shell runs commands"], [
    "commands/shell_test.ts",
    "a command that takes too long is ended",
  ]],
  44: [["e2e/browser_test.ts", "a browser, a terminal and a bare socket share a room"]],
  45: [["e2e/exit_test.ts", "deno ${way}: lines piped in are all done"]],
  46: [["e2e/advertise_test.ts", "a peer tells others the address that it was told to tell"], [
    "transport/advertise_test.ts",
    "what is sent and opened under another address",
  ]],
  47: [["e2e/exit_test.ts", "deno ${way}: ${signal} makes a peer say goodbye"]],
  48: [["sim/crash_test.ts", "${part} crashes: it is restarted, and the peer goes on chatting"]],
  50: [["sim/gateway_test.ts", "a client that does not read is hung up on"], [
    "e2e/acceptance/crowd_test.ts",
    "300 clients in a room",
  ]],
  51: [["e2e/scenario_processes_test.ts", "${name}.scenario comes true with real processes"]],
  52: [[
    "e2e/acceptance/5_pools_test.ts",
    "acceptance 5: two peers as of gossip",
  ]],
};

/** What a seed program had in part and is not here, and why. */
export const MISSING: Readonly<Record<number, string>> = {
  12: "the package gossip had network coordinates in 0.5 and dropped them; those of Serf's agents are read and counted",
};
