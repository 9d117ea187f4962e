/** A script of the most lines, each of a page's width. */
const SCRIPT_BYTES_MAX = 1024 * 1024;

/** The text of a script. A relative path starts where the person typed the command, which a task runner changes. */
export function readScript(path: string, callerFolder: string | undefined): Promise<string> {
  return Promise.try(() => readScriptNow(path, callerFolder));
}

/** The same at once, for who cannot wait: it is small. Throws an `Error` that says why not. */
export function readScriptNow(path: string, callerFolder: string | undefined): string {
  const full = fullPath(path, callerFolder);
  const { isFile, size } = stat(full);
  if (!isFile) throw new Error("it is not a file");
  if (size > SCRIPT_BYTES_MAX) throw new Error(`it is larger than ${SCRIPT_BYTES_MAX} bytes`);
  const bytes = Deno.readFileSync(full);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not a text");
  }
}

/** A path that holds whatever the working folder is. */
export function fullPath(path: string, callerFolder: string | undefined): string {
  return path.startsWith("/") || callerFolder === undefined ? path : `${callerFolder}/${path}`;
}

function stat(path: string): Deno.FileInfo {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new Error("there is no such file");
    }
    throw error;
  }
}
