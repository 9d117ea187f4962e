import { assertEquals, assertStringIncludes } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

/** Where a peer says that it is. */
async function addressOf(peer: PeerProcess): Promise<string> {
  const found = await peer.waitFor(/^You are \w+, at (127\.0\.0\.1:\d+)$/m);
  return found![1]!;
}

/** What a browser is answered whom a stranger's name has led to the peer. */
async function rebound(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const request = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

Deno.test("a peer with --gateway serves its page at its own address, under its own name only", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway");
  const url = `http://${await addressOf(alice)}`;
  const page = await fetch(url);
  assertEquals([page.status, page.headers.get("Content-Type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(page.headers.get("Content-Security-Policy")!, "default-src 'none'");
  for (const [, path = ""] of (await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)) {
    const part = await fetch(`${url}/${path}`);
    assertEquals(part.status, 200, path);
    await part.body?.cancel();
  }
  assertStringIncludes(await rebound(url), "HTTP/1.1 403 Forbidden\r\n");
});

Deno.test("a peer without --gateway has no page", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  const url = `http://${await addressOf(alice)}`;
  const refused = await fetch(url).then((response) => response.status, () => "refused");
  assertEquals(refused, "refused");
});
