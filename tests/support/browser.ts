import { type Browser, chromium } from "playwright-core";
import { ignoredFor } from "./ignored.ts";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function program(): string | undefined {
  return PROGRAMS.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** What a test that needs a browser puts after its name. */
export function needsBrowser(): { ignore: boolean } {
  return ignoredFor(program() === undefined ? ["for want of Debian's chromium"] : []);
}

/** A real browser without a window, which only reaches this machine. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = program();
  if (executablePath === undefined) throw new Error("chromium is not installed");
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  return await chromium.launch({ executablePath, args });
}
