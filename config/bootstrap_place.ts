import type { BootstrapPlace } from "../bootstrap/place.ts";
import type { Parsed } from "./setting.ts";
import { parseContact, parseCount } from "./value.ts";

/** The well-known port of a local registry: the one after memberlist's 7946. */
export const BOOTSTRAP_PORT = 7947;

/** Parses `local`, `local:PORT`, `parley://HOST:PORT`, `http://HOST:PORT`. */
export function parseBootstrapPlace(text: string): Parsed<BootstrapPlace> {
  if (text === "local") return { ok: true, value: { type: "local", port: BOOTSTRAP_PORT } };
  const [scheme, rest] = splitScheme(text);
  switch (scheme) {
    case "local:":
      return parseLocal(rest);
    case "parley://":
      return parseParley(rest);
    case "http://":
    case "https://":
      return parseHttp(text);
    default:
      return { ok: false, why: "expected local, local:PORT, parley://HOST:PORT or http://HOST:PORT" };
  }
}

/** The place as it would be typed. */
export function showBootstrapPlace(place: BootstrapPlace): string {
  switch (place.type) {
    case "local":
      return `local:${place.port}`;
    case "parley":
      return `parley://${place.address}`;
    case "http":
      return place.url;
  }
}

function splitScheme(text: string): readonly [scheme: string, rest: string] {
  const scheme = /^(local:|[a-z]+:\/\/)/.exec(text)?.[0] ?? "";
  return [scheme, text.slice(scheme.length)];
}

function parseLocal(text: string): Parsed<BootstrapPlace> {
  const port = parseCount(1, 65_535)(text);
  return port.ok ? { ok: true, value: { type: "local", port: port.value } } : { ok: false, why: `port: ${port.why}` };
}

function parseParley(text: string): Parsed<BootstrapPlace> {
  const address = parseContact(text.replace(/\/$/, ""));
  return address.ok ? { ok: true, value: { type: "parley", address: address.value } } : address;
}

function parseHttp(text: string): Parsed<BootstrapPlace> {
  const url = URL.parse(text);
  if (url === null || url.port === "0") return { ok: false, why: "expected a URL such as http://127.0.0.1:7947" };
  if (url.username !== "" || url.password !== "") return { ok: false, why: "a URL must not carry a password" };
  if (url.search !== "" || url.hash !== "") return { ok: false, why: "expected a URL without ? and #" };
  // The name may stand for ::1 first, where nobody of ours listens.
  if (url.hostname === "localhost") url.hostname = "127.0.0.1";
  return { ok: true, value: { type: "http", url: url.href.replace(/\/+$/, "") } };
}
