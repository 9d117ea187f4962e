/** A script of the most lines, each of a page's width. */
const SCRIPT_BYTES_MAX = 1024 * 1024;

/** The text of a script. A relative path starts where the person typed the command, which a task runner changes. */
export async function readScript(path: string, callerFolder: string | undefined): Promise<string> {
  const full = path.startsWith("/") || callerFolder === undefined ? path : `${callerFolder}/${path}`;
  const { isFile, size } = await stat(full);
  if (!isFile) throw new Error("it is not a file");
  if (size > SCRIPT_BYTES_MAX) throw new Error(`it is larger than ${SCRIPT_BYTES_MAX} bytes`);
  const bytes = await Deno.readFile(full);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not a text");
  }
}

async function stat(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new Error("there is no such file");
    }
    throw error;
  }
}
