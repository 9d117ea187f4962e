import type { Proof } from "../support/proofs.ts";

/**
 * The bad inputs and faults of packets (1–20), streams (21–33), membership (34–44), text protocols (46–53), HTTP and
 * WebSocket (54–63), terminal, scripts and files (64–72) that Parley has to survive, each with the tests that show it,
 * apart from those in this folder, whose names begin with their row.
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
  29: [
    "wishes for 10⁹ entries, for what does not exist, in a loop",
    ["actors/chat_room/sync_faults_test.ts", "faults row 29: who wants 10⁹ entries"],
    ["actors/chat_room/sync_faults_test.ts", "faults row 29: who wants what does not exist"],
    ["actors/chat_room/sync_faults_test.ts", "faults row 29: who wants the same in a loop"],
    ["actors/chat_room/sync_faults_test.ts", "faults row 29: who wants small things in a loop"],
  ],
  30: ["answers that nobody asked for", ["actors/chat_room/sync_faults_test.ts", "faults row 30:"]],
  31: [
    "forged signatures, unknown and circular and 10,000 parents, texts of 1 MiB, clocks of 1970 and 9999",
    ["actors/chat_room/entry_faults_test.ts", "faults row 31: an entry with a signature ${what}"],
    ["actors/chat_room/entry_faults_test.ts", "faults row 31: an entry with ${what}, signed by its author"],
    ["actors/chat_room/entry_faults_test.ts", "faults row 31: what names parents that nobody has"],
    ["actors/chat_room/entry_faults_test.ts", "faults row 31: two entries that each follow from the other"],
    ["actors/chat_room/entry_faults_test.ts", "faults row 31: of a flood of entries that wait"],
    ["actors/chat_room/entry_faults_test.ts", "faults row 31: an entry from the year ${what}"],
    ["actors/repl/clock_mark_test.ts", "faults row 31: what claims to be said in the year ${what}"],
  ],
  // What a slow reader's link has no room for is not sent; heads tell it later, and it asks.
  33: [
    "a reader slower than the sender, on a link",
    ["actors/links_test.ts", "a peer that does not read"],
    ["actors/links/spread_test.ts", "who reads too slowly goes without what was for many"],
    ["actors/chat_room/sync_faults_test.ts", "faults row 29: who wants the same in a loop"],
  ],
  34: ["two peers with one name at once", ["sim/world_test.ts", "a name that is taken is refused with exit code 4"]],
  35: ["a name back at another address after a crash", [
    "sim/relocation_test.ts",
    "with a reclaim time a name is free",
  ]],
  36: [
    "a split with chat on both sides, and its healing",
    ["sim/partition_test.ts", "a split of ${minutes} minutes heals"],
    ["sim/history_test.ts", "faults row 36:"],
  ],
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
  42: [
    "clocks that jump, or are an hour off",
    ["sim/history_test.ts", "a wall clock an hour off changes no order"],
    ["sim/clocks_test.ts", "faults row 42: ${who}, who comes is shown nothing of what was said before"],
    ["sim/clocks_test.ts", "faults row 42: ${who}, who was there first is shown what was lost"],
    ["sim/clocks_test.ts", "faults row 42: ${who}, who was away is shown what was said meanwhile"],
    ["sim/clocks_test.ts", "faults row 42: who alone heard somebody with a clock ahead"],
    ["sim/clocks_test.ts", "faults row 42: in a busy room whose clocks all differ"],
    ["actors/repl/clock_mark_test.ts", "faults row 42: what is said with a clock an hour off is marked"],
    ["actors/repl/clock_mark_test.ts", "faults row 42: who fetches what follows from others' words"],
    ["actors/repl/clock_mark_test.ts", "faults row 42: a program is told"],
    ["actors/history/ndjson_test.ts", "faults row 42: a line has its author's time"],
  ],
  43: [
    "a bootstrap that is no help",
    ["bootstrap/faults_test.ts", "a registry that answers with ${what} is said to be none"],
    ["actors/peer/arrival_test.ts", "when all who are listed are dead, a peer goes on alone"],
    ["actors/peer/arrival_test.ts", "an entry of one's own earlier life at the same address is replaced"],
    ["sim/world_test.ts", "a peer whose registry never answers gives up with exit code 3"],
    ["bootstrap_http_test.ts", "a client whose registry answers with ${what} says so"],
    ["e2e/bootstrap_test.ts", "with ${what} at the registry's address a peer ends with 3"],
  ],
  44: ["a key changed twice while some slept", ["sim/keys_test.ts", "a key is changed without a pause"]],
  // MaChat overlooks keys that it does not know, and so do we: __proto__ is one of them.
  46: [
    "a hello that is none",
    ["actors/gateway/machat_test.ts", "faults row 46: ${what} in place of a handshake"],
    ["actors/gateway/machat_test.ts", "faults row 46: nothing of a handshake reaches the prototype"],
    ["e2e/door_faults_test.ts", "faults row 46:"],
  ],
  // Lines of MaChat have up to 65,535 bytes, and what is more than 8 KiB is said in parts.
  47: [
    "a line without an end",
    ["actors/gateway/machat_test.ts", "faults row 47:"],
    ["e2e/door_faults_test.ts", "faults row 47:"],
  ],
  49: [
    "commands by line ends in names, rooms and texts",
    ["sim/gateway_test.ts", "faults row 49:"],
    ["actors/gateway/machat_test.ts", "a text is told as NAME:TEXT, each of its lines for itself"],
  ],
  // A client of MaChat has one name and one room: for another it comes anew.
  51: [
    "10,000 joins, and a pasted page",
    ["sim/gateway_test.ts", "faults row 51:"],
    ["sim/gateway_test.ts", "a flood of one client is slowed down"],
    ["e2e/door_faults_test.ts", "faults row 51:"],
  ],
  52: [
    "no answer to a ping",
    ["transport/web_sockets_test.ts", "WebSocket: who does not answer pings is hung up on"],
    ["transport/deno_transport_test.ts", "faults row 52:"],
    ["sim/gateway_test.ts", "a name is free again when its client is gone, however it went"],
  ],
  53: ["one name at two doors during a split", ["sim/gateway_test.ts", "faults row 53:"]],
  // Of connections from this machine only the number of all is bounded: who is on it can end us without a flood.
  54: [
    "500 half-sent requests",
    ["e2e/door_faults_test.ts", "faults row 54:"],
    ["transport/shares_test.ts", "faults row 54:"],
    ["transport/http_door_test.ts", "faults row 54: beyond its share"],
    ["transport/http_door_test.ts", "faults row 54: what has become a WebSocket"],
  ],
  55: ["requests too long, or that contradict themselves", ["e2e/door_faults_test.ts", "faults row 55:"]],
  56: [
    "messages and frames without end",
    ["transport/web_sockets_test.ts", "faults row 56:"],
    ["e2e/door_faults_test.ts", "faults row 56:"],
    ["e2e/door_faults_test.ts", "faults rows 56 and 57:"],
  ],
  57: [
    "frames that RFC 6455 forbids",
    ["transport/web_sockets_test.ts", "faults row 57:"],
    ["e2e/door_faults_test.ts", "faults rows 56 and 57:"],
  ],
  59: [
    "pages of others, names that lead here",
    ["e2e/door_faults_test.ts", "faults row 59:"],
    ["web/page_test.ts", "who asks by a name that may be a stranger's is refused"],
    ["web/page_test.ts", "a WebSocket is for our own page and for programs"],
  ],
  // The page makes no links at all yet.
  60: [
    "names and texts that would be more than text",
    ["e2e/page_faults_test.ts", "faults row 60:"],
    ["web/page_test.ts", "every answer forbids what is inline"],
  ],
  // What was said meanwhile is said to be missing; the page has no ids of messages to go on from yet.
  61: ["a page whose peer goes and comes back", ["e2e/browser_test.ts", "a browser, a terminal and a bare socket"]],
  64: [
    "what a terminal obeys, in names, texts, items, payloads and reasons",
    ["actors/repl_test.ts", "faults row 64: text that ${what} is written out"],
    ["actors/repl_test.ts", "faults row 64: text that ${what} does not reach a terminal with keys"],
    ["actors/repl/visible_test.ts", "visible: ${what} is written out"],
    ["actors/repl/records_test.ts", "a line for programs holds exactly what was said"],
  ],
  65: [
    "a terminal of 1×1, none, input or output that is closed, a full disk",
    ["e2e/terminal_faults_test.ts", "faults row 65: a peer with ${what}"],
    ["e2e/terminal_faults_test.ts", "faults row 65: what a command shows"],
    ["e2e/terminal_faults_test.ts", "faults row 65: a terminal of 1×1"],
    ["e2e/exit_test.ts", "when nobody reads its output any more, a peer leaves quietly"],
  ],
  67: [
    "scripts that are none, too long, or run themselves",
    ["commands/script_file_test.ts", "readScript() says in plain words why a file cannot be run"],
    ["commands/script_file_test.ts", "readScript() finds a relative path"],
    ["actors/repl/script_test.ts", "parseScript() takes lines that end with ${name}, and a byte order mark"],
    ["actors/repl/script_test.ts", "parseScript() refuses what is not a text and what is too long"],
    ["actors/repl/script_test.ts", "a script stops at ${title} and names file and line"],
    ["actors/repl/script_test.ts", "a script that executes itself ends at the limit"],
    ["e2e/pipes_test.ts", "of lines piped in, what fails is one line on stderr each, and the run ends with 1"],
  ],
  68: [
    "arguments that are none, commands in the wrong order",
    ["actors/repl/arguments_test.ts", "${JSON.stringify(line)} is answered with one line and nothing else"],
    ["actors/repl/prerequisites_test.ts", "${line}, when the peer is at "],
    ["actors/repl/looking_commands_test.ts", "ping of who is no member"],
  ],
  69: [
    "settings and keys that are wrong",
    ["config_test.ts", "a file with ${what} is refused"],
    ["config/gossip_settings_test.ts", "faults row 69:"],
    ["commands/key_file_test.ts", "faults row 69:"],
    ["commands/peer_settings_test.ts", "a file with ${what} is refused with the place of the mistake"],
    ["e2e/settings_test.ts", "a bad setting in the file is refused with its path"],
  ],
  70: [
    "a history or a registry's list torn, of a later version, or with two owners; a peer's state torn",
    ["commands/history_database_test.ts", "row 70: a log of changes that is cut anywhere"],
    ["commands/history_database_test.ts", "row 70: a file that is cut anywhere"],
    ["commands/history_database_test.ts", "row 70: a file of a later version"],
    ["commands/history_database_test.ts", "row 70: a second owner"],
    ["commands/history_database_test.ts", "row 70: after a kill in the middle of writing"],
    ["e2e/history_faults_test.ts", "faults row 70: a second process"],
    ["e2e/history_faults_test.ts", "faults row 70: a history that a later version wrote"],
    ["commands/registry_file_test.ts", "row 70: a file cut at any page"],
    ["commands/registry_file_test.ts", "row 70: a file of a later version"],
    ["commands/registry_file_test.ts", "a second owner of the file is refused"],
    ["commands/state_file_test.ts", "a file with ${what} is corrupt"],
  ],
  71: [
    "a history or a registry that cannot store",
    ["commands/history_database_test.ts", "row 71: on a full disk"],
    ["commands/history_database_test.ts", "row 71: a file that cannot be written"],
    ["commands/history_database_test.ts", "row 71: what could not be committed"],
    ["commands/history_database_test.ts", "row 71: whatever the disk does not do"],
    ["actors/repl/unstored_test.ts", "faults row 71: what is not stored where it was said is marked"],
    ["actors/repl/unstored_test.ts", "faults row 71: held says"],
    ["e2e/history_faults_test.ts", "faults row 71:"],
    ["commands/registry_file_test.ts", "row 71: a place that cannot be written"],
    ["commands/registry_file_test.ts", "row 71: a registry that cannot store goes on"],
  ],
  72: [
    "a history or a registry's list that is no database",
    ["commands/history_database_test.ts", "row 72: a file that is no database"],
    ["commands/history_database_test.ts", "row 72: a file with a page of zeros"],
    ["e2e/history_faults_test.ts", "faults row 72:"],
    ["commands/registry_file_test.ts", "row 72:"],
  ],
};

/** What is not there yet to be put to the test, and why. */
export const LATER: Readonly<Record<number, string>> = {
  50: "there is no IRC yet",
  62: "the page keeps the last 500 lines; how it bears a flood is measured with the page that is to come",
  63: "there is no dashboard yet",
};
