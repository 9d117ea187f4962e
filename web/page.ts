/** The page of a peer, as its HTTP door serves it: what there is, and the rules that browsers are told. */
import type { HttpResponse } from "../transport/transport.ts";
import connection from "./page/connection.js" with { type: "text" };
import icon from "./page/icon.svg" with { type: "text" };
import index from "./page/index.html" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import protocol from "./page/protocol.js" with { type: "text" };
import style from "./page/style.css" with { type: "text" };

type Asset = Readonly<{ mediaType: string; text: string }>;

/** All that is served, by its path. */
const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["/", { mediaType: "text/html; charset=utf-8", text: index }],
  ["/style.css", { mediaType: "text/css; charset=utf-8", text: style }],
  ["/icon.svg", { mediaType: "image/svg+xml", text: icon }],
  ["/main.js", { mediaType: "text/javascript; charset=utf-8", text: main }],
  ["/connection.js", { mediaType: "text/javascript; charset=utf-8", text: connection }],
  ["/protocol.js", { mediaType: "text/javascript; charset=utf-8", text: protocol }],
]);

/** Nothing but what this peer serves is loaded, nothing is run that stands in the page itself, nobody frames it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-cache", // another version of the peer may be at the same address
};

/** A request for a part of the page. */
export type PageRequest = Readonly<{ method: string; path: string; host?: string }>;

/** The part of the page that is asked for; a refusal with its reason for everything else. */
export function pageResponse({ method, path, host }: PageRequest): HttpResponse {
  if (!isOwnHost(host)) return refusal(403, "This is a peer of Parley; ask for it by its address");
  if (method !== "GET" && method !== "HEAD") return refusal(405, "There is only GET here", { Allow: "GET, HEAD" });
  const asset = ASSETS.get(path.replace(/\?.*$/, ""));
  if (asset === undefined) return refusal(404, "There is nothing here");
  return { status: 200, headers: { ...HEADERS, "Content-Type": asset.mediaType }, body: asset.text };
}

/**
 * Whether `Host` names this peer by an IP address or as `localhost`. Any other name may be a stranger's who lets it lead
 * here, so that a page of his would count as ours.
 */
export function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && OWN_HOST.test(host);
}

const OWN_HOST = /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\])(:\d{1,5})?$/i;

/** Whether a WebSocket may be opened by whom says that he is `origin`: our own page, or a program, which says nothing. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (!isOwnHost(host)) return false;
  return origin === undefined || origin.toLowerCase() === `http://${host}`.toLowerCase();
}

function refusal(status: number, why: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { ...HEADERS, "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${why}\n` };
}
