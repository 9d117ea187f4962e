import { type HttpAnswer } from "../bootstrap/http.ts";
import { REPLY_BYTES_MAX, REQUEST_CONTENT_TYPE } from "../bootstrap/http_format.ts";

/** A service that has not answered in full by then counts as silent. */
const ANSWER_TIMEOUT_MS = 3_000;

/** Posts to a registry over the machine's network. Reads no more of the answer than is allowed. */
export async function httpPost(url: string, body: string, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": REQUEST_CONTENT_TYPE },
    body,
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > REPLY_BYTES_MAX) break; // the decoder refuses it by its length
  }
  return { status: response.status, body: new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()) };
}
