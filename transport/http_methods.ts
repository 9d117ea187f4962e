/** How a request over HTTP begins, of the methods that we tell apart. */
export const HTTP_METHODS: readonly Uint8Array[] = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"]
  .map((method) => new TextEncoder().encode(`${method} `));
