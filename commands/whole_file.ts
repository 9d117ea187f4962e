/**
 * Writes a file so that after a crash it holds either the old or the new text: into a temporary file beside it, synced,
 * then renamed. Await one before the next: of two at once, either may be the last. Readable by its owner alone. Rejects
 * with what the disk says.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await writeSynced(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => undefined); // it may never have come to be
    throw error;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  await file.sync(); // or a power cut could leave the new name on an empty file
}
