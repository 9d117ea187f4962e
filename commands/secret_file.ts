/** Permissions of anybody but the owner, which a file of secrets must not give. */
const MODE_OF_OTHERS = 0o077;

/** The text of a file, or why it is no such file. */
type SecretText = Readonly<{ ok: true; value: string }> | Readonly<{ ok: false; why: string }>;

/**
 * Reads what its owner alone may read: what others may use has told them its secrets already, and is refused. Rejects
 * with what the disk says.
 */
export async function readSecret(path: string, bytesMax: number): Promise<SecretText> {
  if (!(await Deno.stat(path)).isFile) return { ok: false, why: "it is not a file" }; // to open a pipe would wait
  using file = await Deno.open(path);
  const { mode, size } = await file.stat(); // of what was opened, whatever the path leads to by now
  if (mode !== null && (mode & MODE_OF_OTHERS) !== 0) {
    return { ok: false, why: `others than you may use it (mode ${octal(mode)}); "chmod 600" makes it yours alone` };
  }
  if (size > bytesMax) return { ok: false, why: `it is larger than ${bytesMax} bytes` };
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
