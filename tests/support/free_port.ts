/** A port on 127.0.0.1 that nobody holds just now, for programs that have to be told one. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
