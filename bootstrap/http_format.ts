/**
 * The registry over HTTP, byte for byte as the seed's service and its clients have it: both directions, no sockets.
 */
import * as v from "valibot";
import { compareAsGo, goString } from "../transport/go_json.ts";
import type { HttpRequest, HttpResponse } from "../transport/transport.ts";
import type { RegistryCommand, RegistryPeer } from "../actors/bootstrap.ts";
import { peerProblem, PEERS_MAX, type Registry, type RegistryResult } from "./registry.ts";

/** Seven words within their limits are under 2 KiB, also in scripts with three bytes a letter. */
export const REQUEST_BYTES_MAX = 4 * 1024;

/** More than {@linkcode PEERS_MAX} peers with the longest words; an answer beyond this is not read. */
export const REPLY_BYTES_MAX = 1024 * 1024;

/** The command of a request, or the answer to one that has none. */
type ParsedRegistryRequest =
  | { readonly ok: true; readonly command: RegistryCommand }
  | { readonly ok: false; readonly response: HttpResponse };

/** Reads a request. Any method will do and the query is ignored, as in the seed; the peer's words are judged later. */
export function parseRegistryRequest(request: HttpRequest): ParsedRegistryRequest {
  const parse = PARSERS.get(request.path.replace(/\?.*$/s, ""));
  if (parse === undefined) return { ok: false, response: failure(404, "404 page not found") };
  if (request.body.length > REQUEST_BYTES_MAX) return refuse("error: request is too long");
  // Each single blank separates: an empty word (the status of a refill) stands between two.
  return parse(new TextDecoder().decode(request.body).split(" "));
}

/** The answer to a command. */
export function registryResponse(command: RegistryCommand, result: RegistryResult): HttpResponse {
  if (!result.ok) return failure(500, result.why);
  switch (command.type) {
    case "ping":
      return success("OK");
    case "list":
      return success(`${formatRegistry(result.registry)}\n`); // the seed sends its data file, which ends with a newline
    default:
      return success(formatRegistry(result.registry));
  }
}

/** What a client posts for a command; the content type that goes with it is {@linkcode REQUEST_CONTENT_TYPE}. */
export function registryRequest(command: RegistryCommand): { readonly path: string; readonly body: string } {
  return { path: `/${command.type}`, body: bodyOf(command) };
}

/** What the seed's clients claim of their bodies; they are bare text all the same. */
export const REQUEST_CONTENT_TYPE = "application/x-www-form-urlencoded";

/** The data of an answer with the number of entries left out of it, or why there is none. */
type ParsedRegistryReply =
  | { readonly ok: true; readonly data: Registry; readonly skipped: number }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the answer to any command but `ping`, whose only answer is status 200. A service may be anything and say
 * anything: what has not the shape of the data is refused whole; single peers that could not be reached anyway (a name
 * with blanks shifts all words of its request) are skipped.
 */
export function parseRegistryReply(status: number, body: Uint8Array): ParsedRegistryReply {
  if (status !== 200) return { ok: false, why: `the registry answered with status ${status}` };
  if (body.length > REPLY_BYTES_MAX) return { ok: false, why: "the registry's answer is too long" };
  const parsed = v.safeParse(REPLY, parseJson(new TextDecoder().decode(body)), { abortEarly: true });
  if (!parsed.success) return { ok: false, why: `the registry's answer is not its data${pathOf(parsed.issues[0])}` };
  const { Config: config, Peers } = parsed.output;
  const all = Object.entries(Peers).map(([id, peer]): RegistryPeer => ({ ...peer, id }));
  const peers = all.filter((peer) => peerProblem(peer) === undefined).slice(0, PEERS_MAX);
  return {
    ok: true,
    data: {
      config: { maxPeers: config.maxpeers, minRefillCandidates: config.minrefillcandidates },
      peers: new Map(peers.map((peer) => [peer.id, peer])),
    },
    skipped: all.length - peers.length,
  };
}

// Requests

type Parser = (words: readonly string[]) => ParsedRegistryRequest;

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ["/join", (words) => withPeer(words, (peer) => ({ type: "join", peer }))],
  ["/refill", (words) => withPeer(words, (peer) => ({ type: "refill", peer }))],
  ["/leave", ([id = ""]) => command({ type: "leave", id })],
  ["/list", () => command({ type: "list" })],
  ["/reset", () => command({ type: "reset" })],
  ["/config", parseLimits],
  ["/ping", () => command({ type: "ping" })],
]);

const NOT_ENOUGH = "error: request has not enough arguments";

function withPeer(words: readonly string[], build: (peer: RegistryPeer) => RegistryCommand): ParsedRegistryRequest {
  const [id, name, ip, port, protocol, status, timestamp] = words;
  if (
    id === undefined || name === undefined || ip === undefined || port === undefined || protocol === undefined ||
    status === undefined || timestamp === undefined
  ) return refuse(NOT_ENOUGH);
  return command(build({ id, name, ip, port, protocol, status, timestamp }));
}

function parseLimits([first, second]: readonly string[]): ParsedRegistryRequest {
  if (first === undefined || second === undefined) return refuse(NOT_ENOUGH);
  if (!isWholeNumber(first)) return refuse(`first argument ${JSON.stringify(first)} is not a number`);
  if (!isWholeNumber(second)) return refuse(`second argument ${JSON.stringify(second)} is not a number`);
  return command({ type: "config", maxPeers: Number(first), minRefillCandidates: Number(second) });
}

function isWholeNumber(word: string): boolean {
  return /^[+-]?\d{1,15}$/.test(word);
}

function command(command: RegistryCommand): ParsedRegistryRequest {
  return { ok: true, command };
}

function refuse(why: string): ParsedRegistryRequest {
  return { ok: false, response: failure(500, why) };
}

function bodyOf(command: RegistryCommand): string {
  switch (command.type) {
    case "join":
      return wordsOf({ ...command.peer, status: "0" });
    case "refill":
      return wordsOf({ ...command.peer, status: "" });
    case "leave":
      return command.id;
    case "config":
      return `${command.maxPeers} ${command.minRefillCandidates}`;
    case "list":
    case "reset":
    case "ping":
      return "";
  }
}

function wordsOf({ id, name, ip, port, protocol, status, timestamp }: RegistryPeer): string {
  return [id, name, ip, port, protocol, status, timestamp].join(" ");
}

// Answers

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };

function success(body: string): HttpResponse {
  return { status: 200, headers: TEXT, body };
}

function failure(status: number, why: string): HttpResponse {
  return { status, headers: { ...TEXT, "X-Content-Type-Options": "nosniff" }, body: `${why}\n` };
}

/**
 * The data as Go's `json.MarshalIndent` writes it. By hand, because `JSON.stringify` would put ids that look like
 * numbers first; Go sorts keys by their bytes.
 */
function formatRegistry({ config, peers }: Registry): string {
  const limits = formatObject([
    ["maxpeers", config.maxPeers],
    ["minrefillcandidates", config.minRefillCandidates],
    ["numpeers", peers.size],
  ], "  ");
  const sorted = [...peers].sort(([a], [b]) => compareAsGo(a, b));
  const entries = sorted.map(([id, peer]) => `    ${goString(id)}: ${formatPeer(peer)}`);
  const all = entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n  }`;
  return `{\n  "Config": ${limits},\n  "Peers": ${all}\n}`;
}

function formatPeer({ id, name, ip, port, protocol, status, timestamp }: RegistryPeer): string {
  return formatObject(Object.entries({ id, name, ip, port, protocol, status, timestamp }), "    ");
}

/** An object without its zero values, as under `omitempty`. */
function formatObject(fields: readonly (readonly [string, string | number])[], indent: string): string {
  const lines = fields
    .filter(([, value]) => value !== "" && value !== 0)
    .map(([key, value]) => `${indent}  "${key}": ${typeof value === "number" ? value : goString(value)}`);
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
}

const LIMIT = v.optional(v.pipe(v.number(), v.safeInteger()), 0);
const WORD = v.optional(v.string(), "");

const REPLY = v.object({
  Config: v.object({ maxpeers: LIMIT, minrefillcandidates: LIMIT }),
  Peers: v.record(
    v.string(),
    v.object({ name: WORD, ip: WORD, port: WORD, protocol: WORD, status: WORD, timestamp: WORD }),
  ),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an HTML error page, say: as little the data as any other wrong value
  }
}

/** Where in the data, never what: the words of a stranger have no place in our messages. */
function pathOf(issue: v.BaseIssue<unknown>): string {
  const [first, second, third] = issue.path ?? [];
  const field = first?.key === "Peers" ? third?.key : second?.key;
  return first === undefined ? "" : ` (${[first.key, field].filter((key) => key !== undefined).join(", ")})`;
}
