import type { Proof } from "../support/proofs.ts";

/** One thing that went wrong in a seed program, and the tests that show that it does not here. */
type Clause = readonly [what: string, ...proofs: readonly Proof[]];

const CLI_CHAT = "actors/cli_chat_test.ts";
const CLIENTS = "seeds/clients_test.ts";
const GATEWAY = "sim/gateway_test.ts";
const LOOKING = "actors/repl/looking_commands_test.ts";
const MACHAT = "actors/gateway/machat_test.ts";
const POOLS = "actors/pools_contract.ts";
const PREREQUISITES = "actors/repl/prerequisites_test.ts";
const PROBER = "bootstrap/prober_test.ts";
const REFUSED = "${what}: the client is told why and hung up on";
const REGISTRY = "e2e/registry_test.ts";
const STEPS = "actors/repl/steps_test.ts";
const TABS = "e2e/talks_tabs_test.ts";
const TALKS = "actors/gateway/talks_test.ts";
const WEB_SOCKETS = "transport/web_sockets_test.ts";

/** The 36 defects of the seed programs, by their numbers, each taken apart. What is not mended yet is in `LATER`. */
export const DEFECTS: Readonly<Record<number, readonly Clause[]>> = {
  1: [
    ["without its service, the death of a member ends all others", [REGISTRY, "defect 1:"]],
    ["nobody asks again", ["bootstrap/faults_test.ts", "a registry that dies while it is asked is missed within 3 s"], [
      "bootstrap/faults_test.ts",
      "a peer that is cut off from the host goes on, and is registered once",
    ]],
  ],
  2: [
    [
      "localnode, memberlistcreate, memberlistjoin, saveconfig, broadcastadd, broadcastdel, chatjoin, chatleave, " +
      "bootstraplistlocal and play panic before their step",
      [PREREQUISITES, "${line}, when the peer is at"],
      [PREREQUISITES, "the table of prerequisites has every command"],
      [PREREQUISITES, "every command of the seed is there"],
    ],
    ["play without an argument panics", ["actors/repl/arguments_test.ts", "${name} without arguments shows its usage"]],
    ["bootstraplist and bootstraprefill panic without the service", [REGISTRY, "defect 1:"]],
  ],
  3: [["memberlistjoin before memberliststart panics", [PREREQUISITES, "${line}, when the peer is at"]]],
  4: [[
    "joins at the same time end the service",
    ["e2e/acceptance/4_bootstrap_api_test.ts", "acceptance 4: 400 joins"],
    [
      "bootstrap_http_test.ts",
      "400 joins, 16 at a time",
    ],
  ]],
  5: [["a byte, an unknown pool by packet or stream, a knock: each panics", [POOLS, "defect 5:"]]],
  6: [["what is no HTTP, and a knock, panic", [CLIENTS, "defect 6:"], [
    "transport/deno_transport_http_test.ts",
    "what begins as HTTP and is none is 400",
  ]]],
  7: [["an empty record goes round for ever, and sending stops at it", [CLI_CHAT, "defect 7:"]]],
  8: [
    ["msg stops at the first member that is dead", [CLI_CHAT, "defect 8:"]],
    ["whom it reaches is a matter of chance", [CLI_CHAT, "several of ours and of theirs hear everybody once"]],
  ],
  9: [
    ["broadcastadd and broadcastdel reach nobody", ["actors/items_test.ts", "what one peer adds all peers list"], [
      "actors/items/item_map_test.ts",
      "what was deleted does not come back",
    ]],
    ["broadcastlist is not there", ["actors/items_test.ts", "who comes later has what was added before"]],
  ],
  10: [
    ["a ping looks like its answer, and every node prints it", [LOOKING, "only who asked hears of a ping"]],
    ["it is gossiped, and answered, again and again; records come to say ping", [CLI_CHAT, "defect 10:"]],
  ],
  11: [
    ["a newer record of a known name is not taken", [CLI_CHAT, "defect 11:"]],
    ["a leave has no age", [CLI_CHAT, "defect 11:"], [CLI_CHAT, "a leave of a former life of ours"]],
  ],
  12: [["what gossip lost is never made good", [CLI_CHAT, "defect 12:"], [
    CLI_CHAT,
    "a joining of ours that was lost is said again",
  ]]],
  13: [
    ["entries of the dead stay", [PROBER, "defect 13: an entry where nobody answers"]],
    ["where all who are listed are dead, newcomers stay alone for ever", [PROBER, "defect 13: of a list of none but"], [
      "actors/peer/arrival_test.ts",
      "when all who are listed are dead",
    ], ["actors/peer/arrival_test.ts", "who is alone finds those who come to be listed later"]],
  ],
  14: [
    ["places stay empty after a death", ["sim/registry_limits_test.ts", "who takes a dead peer off the list"]],
    ["minrefillcandidates is not used", ["sim/registry_limits_test.ts", "who was taken off the list offers itself"], [
      "bootstrap/registry_test.ts",
      "candidates are wanted below the smaller",
    ]],
  ],
  15: [["times are compared as text", ["bootstrap/registry_test.ts", "refill compares timestamps as numbers"]]],
  16: [["an edited file is merged, and who was removed comes back", ["commands/registry_file_test.ts", "defect 16:"]]],
  17: [
    ["Nothing to join, the wrong way round", [STEPS, "step by step: two come"], [STEPS, "one's own address"], [
      PREREQUISITES,
      "a step that was done already says so",
    ]],
    ["times for leaving and updating are ignored", [LOOKING, "memberlistupdate and memberlistleave wait no longer"]],
    ["BindPort is ignored", [STEPS, "memberlistconfigure takes the port that is asked for"]],
    ["who loaded its settings is no part of the chat", ["e2e/seed_commands_test.ts", "two people use the seed's"]],
    ["settings cannot be saved", ["commands/peer_settings_test.ts", "${key} is saved so that a start"], [
      "commands/peer_settings_test.ts",
      "what one peer saved gives another the same",
    ]],
  ],
  18: [
    ["the listener outlives chatleave", [CLI_CHAT, "defect 18:"]],
    ["silent connections are held for ever", [CLI_CHAT, "a connection that brings no line end is closed"]],
  ],
  19: [
    ["signals are not handled", ["e2e/exit_test.ts", "deno ${way}: ${signal} makes a peer say goodbye"]],
    ["the prompt is written over", ["e2e/line_editor_test.ts", "line editor: a half-typed line survives"], [
      "actors/repl_test.ts",
      "events do not disturb a half-typed line",
    ]],
    ["escape codes reach the terminal", ["actors/repl_test.ts", "faults row 64: text that ${what} is written out"], [
      "actors/cli_chat/format_test.ts",
      "a line of ours has Go's time, one line end, and nothing that a terminal obeys",
    ]],
    ["names with blanks break what the service is sent", ["actors/peer_name_test.ts", "a name ${what} is refused"], [
      "bootstrap/registry_test.ts",
      "join and refill refuse ${what}",
    ]],
  ],
  20: [
    ["a broadcast goes to one random peer", [POOLS, "defect 20:"]],
    ["the size of packets is ignored", [POOLS, "all that a pool with a byte sends begins with it, and no packet"], [
      "actors/broadcaster/transmit_queue_test.ts",
      "the queue never exceeds its bound, a packet never its limit",
    ]],
  ],
  21: [
    ["a silent stream keeps all others out", [POOLS, "defect 21: streams that say nothing"]],
    ["an application that takes nothing stops all pools", [POOLS, "defect 21: applications that take nothing"]],
  ],
  22: [
    ["an id in two segments leads astray; short first bytes panic", [POOLS, "defect 22: ids that come byte by byte"]],
    ["a pool's id is cut to a byte", ["transport/mux_test.ts", "${what} is an error, and changes nothing"]],
    ["a pool without an application panics", [POOLS, "defect 22: a pool without an application"]],
  ],
  23: [
    ["who is alone and broadcasts is blocked for ever", [POOLS, "defect 23:"]],
    ["nothing can be closed", [POOLS, "pools and listeners that are closed are nobody's"], [
      "sim/pools_test.ts",
      "who quits says goodbye in all pools",
    ]],
  ],
  24: [
    ["who is gone costs a processor, and is never taken off the list", [CLIENTS, "defect 24:"], [
      "e2e/acceptance/7_talks_test.ts",
      "acceptance 7: after clients are gone, or were reset, no processor is burnt",
    ]],
    ["nobody is told", [GATEWAY, "Talks: a console that is gone is gone for all"], [TABS, "defect 25:"]],
  ],
  25: [
    ["closes, pings, bytes, fragments and resets are told to all as garbage", [TABS, "defect 25:"]],
    ["frames that must not be are taken for text", [WEB_SOCKETS, "faults row 57: ${what} is answered with ${code}"]],
  ],
  26: [["over 256 bytes, or glued together, messages are corrupted", [TALKS, "Talks: however a console's messages"]]],
  27: [["one silent connection keeps all others out", [CLIENTS, "defect 27:"]]],
  28: [
    ["what follows the head in its segment is lost", [TALKS, "Talks: what follows the head in the same segment"], [
      WEB_SOCKETS,
      "faults row 57: ${what} is answered with ${code}",
    ]],
    ["a web client with console in its id is sent bare bytes", [TABS, "defect 28:"]],
    ["101 is told to anyone", [TALKS, "defect 28:"], [TABS, "defect 28:"]],
  ],
  29: [
    ["line ends stand in nicknames and messages", [GATEWAY, "Talks: a console is in one room"]],
    ["typing ping looks like coming", [TALKS, "Talks: a text is told with its speaker"]],
    ["addresses are fixed", ["e2e/page_test.ts", "a peer with --gateway serves its page at its own address"]],
    ["nobody connects again", ["web/page_test.ts", "the page tries again soon"], [
      "e2e/browser_test.ts",
      "a browser, a terminal and a bare socket share a room",
    ]],
  ],
  30: [["lines of one sender change places", [GATEWAY, "200 quick lines of one client arrive in order"], [
    "e2e/acceptance/6_machat_test.ts",
    "acceptance 6: MaChat's clients over TCP and WebSocket",
  ]]],
  31: [
    ["what follows the handshake in its segment is lost", [MACHAT, "what follows the handshake in the same segment"], [
      GATEWAY,
      "lines in the segment of the handshake are said",
    ]],
    ["a line end by itself is an empty message", [MACHAT, "a handshake is taken with and without a line end"]],
  ],
  32: [
    ["a taken name and a bad handshake stay connected, deaf and mute", [GATEWAY, REFUSED]],
    ["a handshake may take for ever", [GATEWAY, REFUSED]],
  ],
  33: [
    ["a frame without a line end waits", [MACHAT, "over WebSocket a message without a line end is whole"]],
    ["an empty frame disconnects", [
      "e2e/acceptance/6_machat_test.ts",
      "acceptance 6: every odd input over WebSocket",
    ]],
    ["over 1,016 bytes a frame is cut", [WEB_SOCKETS, "a message of the longest length is taken"], [
      GATEWAY,
      "a longer line than a room takes is said in parts",
    ]],
    ["fragments are lost", [WEB_SOCKETS, "text and bytes come as they were sent"]],
  ],
  34: [
    ["what is not read waits without end", [GATEWAY, "a client that does not read is hung up on"]],
    ["who is gone is still written to", [CLIENTS, "defect 24:"]],
    ["rooms never end", [CLIENTS, "defect 34:"]],
  ],
  35: [
    ["nobody is told who comes, goes and is there", [GATEWAY, "who asks for notices is told who is there"]],
    ["a name with a colon or a line end forges lines", [GATEWAY, REFUSED], [MACHAT, "a text is told as NAME:TEXT"]],
    ["there is no history", ["sim/history_test.ts", "who comes later gets what was said before"]],
    ["that a port is taken is not told", [TABS, "defect 35:"]],
  ],
  36: [
    ["nothing is encrypted", ["sim/keys_test.ts", "what a cluster with a key says cannot be read"], [
      "sim/keys_test.ts",
      "a whole visit under a key",
    ]],
    ["no member has to prove anything", ["sim/keys_test.ts", "faults rows 9 and 10: a peer with ${what}"]],
    ["nothing has a rate", [GATEWAY, "a flood of one client is slowed down"], [
      "actors/transport/budget_test.ts",
      "whatever sources do, a budget is bounded",
    ]],
    ["nothing is counted", ["actors/repl/arguments_test.ts", "tree draws every actor, and counters show"]],
  ],
};

/** What of them is not mended yet, and why. */
export const LATER: Readonly<Record<number, Readonly<{ what: string; why: string }>>> = {
  35: { what: "a client of MaChat is sent nothing of the history", why: "it could not tell it from what is said now" },
  36: {
    what: "clients of old programs prove nothing",
    why: "they are let in on this machine only, unless it is insisted",
  },
};
