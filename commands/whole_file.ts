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

/**
 * Writes a file that was not there: `true` when this is the text that it holds now, `false` when there is one already,
 * which stays as it is. Of many processes at once one is told `true`. Otherwise as {@linkcode writeWhole}; on a file
 * system without hard links it rejects.
 */
export async function writeNew(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await writeSynced(temporary, text);
    await Deno.link(temporary, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    await Deno.remove(temporary).catch(() => undefined); // it may never have come to be
  }
  await syncFolder(path.slice(0, path.lastIndexOf("/"))).catch(() => undefined); // not every file system can
  return true;
}

/** Until then a power cut could take the new name away again. */
async function syncFolder(path: string): Promise<void> {
  using folder = await Deno.open(path);
  await folder.sync();
}

async function writeSynced(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  await file.sync(); // or a power cut could leave the new name on an empty file
}
