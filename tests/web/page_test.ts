import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse, retryDelayMs } from "../../web/page/protocol.js";
import { isOwnHost, isOwnOrigin } from "../../transport/origin.ts";
import { pageResponse } from "../../web/page.ts";

const HOST = "127.0.0.1:7946";
const PATHS = ["/", "/style.css", "/icon.svg", "/main.js", "/connection.js", "/protocol.js"];

function get(path: string, host = HOST) {
  return pageResponse({ method: "GET", path, host });
}

Deno.test("each part of the page is served as what it is, and nothing else is there", () => {
  const types = PATHS.map((path) => get(path).headers["Content-Type"]);
  const script = "text/javascript; charset=utf-8";
  const [html, css] = ["text/html; charset=utf-8", "text/css; charset=utf-8"];
  assertEquals(types, [html, css, "image/svg+xml", script, script, script]);
  assertEquals(PATHS.map((path) => get(path).status), PATHS.map(() => 200));
  assertEquals(get("/?x=1").status, 200);
  for (const path of ["/../main.ts", "/%2e%2e/main.ts", "//", "/index.html", "http://x/", "/main.ts", "", "*"]) {
    assertEquals(get(path).status, 404, path);
  }
});

Deno.test("every answer forbids what is inline, foreign, framed, sniffed or told to others", () => {
  for (const response of [...PATHS.map((path) => get(path)), get("/nothing"), get("/", "evil.example")]) {
    const { headers } = response;
    const policy = headers["Content-Security-Policy"]!;
    assertMatch(
      policy,
      /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; /,
    );
    assertMatch(
      policy,
      /base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'/,
    );
    assert(!policy.includes("unsafe"));
    assertEquals(headers["X-Content-Type-Options"], "nosniff");
    assertEquals(headers["Referrer-Policy"], "no-referrer");
    assertEquals(headers["Cross-Origin-Opener-Policy"], "same-origin");
    assertEquals(headers["Cross-Origin-Resource-Policy"], "same-origin");
    assertEquals(headers["Cache-Control"], "no-cache");
  }
});

Deno.test("the page has no script, style or handler of its own inside", () => {
  const { body } = get("/");
  assert(!/<style|style=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)/i.test(body), body);
  const code = ["/main.js", "/connection.js", "/protocol.js"].map((path) => get(path).body).join("");
  assert(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/.test(code));
});

Deno.test("nothing but GET and HEAD is answered", () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const { status, headers } = pageResponse({ method, path: "/", host: HOST });
    assertEquals([status, headers["Allow"]], [405, "GET, HEAD"]);
  }
  assertEquals(pageResponse({ method: "HEAD", path: "/", host: HOST }).status, 200);
});

Deno.test("who asks by a name that may be a stranger's is refused", () => {
  for (const host of ["127.0.0.1", "127.0.0.1:80", "localhost:7946", "LOCALHOST", "[::1]:7946", "10.1.2.3:7946"]) {
    assert(isOwnHost(host), host);
  }
  const foreign = [
    "evil.example",
    "evil.example:7946",
    "127.0.0.1.evil.example",
    "localhost.evil.example:1",
    "",
    "a@[::1]",
  ];
  for (const host of [...foreign, undefined]) {
    assert(!isOwnHost(host), host);
    if (host !== undefined) assertEquals(get("/", host).status, 403, host);
  }
  assertEquals(pageResponse({ method: "GET", path: "/" }).status, 403);
});

Deno.test("a WebSocket is for our own page and for programs, not for other pages", () => {
  assert(isOwnOrigin(`http://${HOST}`, HOST));
  assert(isOwnOrigin("http://localhost:7946", "LocalHost:7946"));
  assert(isOwnOrigin(undefined, HOST));
  assert(isOwnOrigin(undefined, "chat.example:8099"), "a program, by whatever name");
  for (const origin of ["http://evil.example", "https://127.0.0.1:7946", "http://127.0.0.1:7947", "null", ""]) {
    assert(!isOwnOrigin(origin, HOST), origin);
  }
  assert(!isOwnOrigin("http://evil.example", "evil.example"), "a name that leads here");
  assert(!isOwnOrigin(`http://${HOST}`, undefined));
});

Deno.test("the page reads what it knows, and overlooks everything else", () => {
  assertEquals(parse('{"type":"here","names":["bob"]}'), { type: "here", names: ["bob"] });
  for (const data of ["", "{", "null", "7", "[]", '{"type":"later"}', '{"type":7}', new ArrayBuffer(2), undefined]) {
    assertEquals(parse(data), undefined);
  }
});

Deno.test("the page tries again soon, then less and less often, and not all pages at once", () => {
  assertEquals([1, 2, 3, 6, 50].map((attempt) => retryDelayMs(attempt, 0.99999)).map(Math.round), [
    500,
    1_000,
    2_000,
    15_000,
    15_000,
  ]);
  assertEquals(retryDelayMs(1, 0), 250);
  assertEquals(retryDelayMs(9_999, 0), 7_500);
});
