/** The page of a peer, as its HTTP door serves it: what there is, and the rules that browsers are told. */
import { isOwnHost } from "../transport/origin.ts";
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

function refusal(status: number, why: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { ...HEADERS, "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${why}\n` };
}
