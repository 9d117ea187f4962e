import { parseKeyFile } from "../config/key_file.ts";
import type { Keyring } from "../transport/wire/keyring.ts";

/** More than any key ring with comments needs; what is larger is not a key file. */
const KEY_FILE_BYTES_MAX = 16 * 1024;

/** Permissions of anybody but the owner, which a file of secrets must not give. */
const MODE_OF_OTHERS = 0o077;

/** The keys, or one sentence about why there are none, which says nothing of what is in the file. */
type KeyFile = Readonly<{ ok: true; keyring: Keyring }> | Readonly<{ ok: false; why: string }>;

/** Reads a cluster's keys. A file that others may read has told them its keys already, and is refused. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  try {
    const text = await readSecret(path);
    const parsed = text.ok ? parseKeyFile(text.value) : text;
    return parsed.ok ? { ok: true, keyring: parsed.value } : refused(path, parsed.why);
  } catch (error) {
    return refused(path, whyUnreadable(error));
  }
}

type Text = Readonly<{ ok: true; value: string }> | Readonly<{ ok: false; why: string }>;

async function readSecret(path: string): Promise<Text> {
  if (!(await Deno.stat(path)).isFile) return { ok: false, why: "it is not a file" }; // to open a pipe would wait
  using file = await Deno.open(path);
  const { mode, size } = await file.stat(); // of what was opened, whatever the path leads to by now
  if (mode !== null && (mode & MODE_OF_OTHERS) !== 0) {
    return { ok: false, why: `others than you may use it (mode ${octal(mode)}); "chmod 600" makes it yours alone` };
  }
  if (size > KEY_FILE_BYTES_MAX) return { ok: false, why: `it is larger than ${KEY_FILE_BYTES_MAX} bytes` };
  const bytes = new Uint8Array(await new Response(file.readable).arrayBuffer());
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, why: "it is not a text" };
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
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
