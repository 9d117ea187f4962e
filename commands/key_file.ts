import { parseKeyFile } from "../config/key_file.ts";
import type { Keyring } from "../transport/wire/keyring.ts";
import { readSecret } from "./secret_file.ts";

/** More than any key ring with comments needs; what is larger is not a key file. */
const KEY_FILE_BYTES_MAX = 16 * 1024;

/** The keys, or one sentence about why there are none, which says nothing of what is in the file. */
type KeyFile = Readonly<{ ok: true; keyring: Keyring }> | Readonly<{ ok: false; why: string }>;

/** Reads a cluster's keys. One that others may read is refused. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  try {
    const text = await readSecret(path, KEY_FILE_BYTES_MAX);
    const parsed = text.ok ? parseKeyFile(text.value) : text;
    return parsed.ok ? { ok: true, keyring: parsed.value } : refused(path, parsed.why);
  } catch (error) {
    return refused(path, whyUnreadable(error));
  }
}

function whyUnreadable(error: unknown): string {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return "there is no such file";
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "you may not read it"; // Deno's own words advise flags
  }
  return error instanceof Error ? error.message : String(error);
}

function refused(path: string, why: string): KeyFile {
  return { ok: false, why: `key file ${JSON.stringify(path)}: ${why}` };
}
