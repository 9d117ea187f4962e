/** Fault 60: names and texts that would be more than text on a page that is not careful. */
import { assert, assertEquals } from "@std/assert";
import { needsBrowser, openBrowser } from "../support/browser.ts";
import { addressIn, machatHello, OWN_ADDRESS, TcpClient } from "../support/chat_clients.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { find } from "../support/wait.ts";

const WITHIN_MS = 15_000;
const BREAK = "document.title='broken'";

/** Names that a guest can have, and texts. */
const NAMES = ["Eve<script>", "Eve<img src=x onerror=alert(1)>", "שלום", "zoë\u0301\u0301"];
const TEXTS = [
  `<script>${BREAK}</script>`,
  `<img src=x onerror="${BREAK}">`,
  `<svg/onload=${BREAK}>`,
  `<a href="javascript:${BREAK}">click</a>`,
  `javascript:${BREAK}`,
  `data:text/html,<script>${BREAK}</script>`,
  "http://example.com/ is no link yet",
  `&lt;script&gt;${BREAK}&lt;/script&gt;`,
  "\u202Eesrever \u2066isolated",
  "{{constructor.constructor('alert(1)')()}}",
];

Deno.test(
  "faults row 60: whatever is in a name or a text is shown as text, in its own lines",
  needsBrowser(),
  async () => {
    await using place = await Place.create();
    await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway");
    const address = await addressIn(alice, OWN_ADDRESS);
    await using browser = await openBrowser();
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("dialog", (dialog) => faults.push(dialog.message()));
    await page.goto(`http://${address}/`);
    await page.getByLabel("Name").fill("Ana");
    await page.getByRole("button", { name: "Come in" }).click();
    await page.locator("#people li").nth(1).waitFor();

    const words = page.locator("#messages li > bdi");
    const shown = async (line: string): Promise<void> => {
      const look = async () => (await words.allTextContents()).includes(line) || undefined;
      await find(look, WITHIN_MS, () => JSON.stringify(line));
    };
    for (const name of NAMES) {
      await using eve = await TcpClient.connect(address, machatHello(name));
      for (const text of TEXTS) {
        await eve.send(`${text}\n`);
        await shown(`${name.normalize("NFC")}: ${text}`);
      }
      assert((await page.locator("#people li").allTextContents()).includes(name.normalize("NFC")));
    }

    const inside = await page.locator("#messages *, #people *").evaluateAll((all) => all.map((one) => one.tagName));
    assertEquals(new Set(inside), new Set(["LI", "TIME", "BDI"]), "nothing of it became an element");
    assertEquals(await page.title(), "#lobby – Parley");

    await using zalgo = await TcpClient.connect(address, machatHello("Zoe"));
    await zalgo.send(`a${"\u0301".repeat(10_000)}\n`);
    await zalgo.send("and below it\n");
    await shown("Zoe: and below it");
    const everyOf = (selector: string, rule: string): Promise<boolean> =>
      page.evaluate(`[...document.querySelectorAll("${selector}")].every((one) => getComputedStyle(one).${rule})`);
    assert(await everyOf("#messages li", 'contain === "paint"'), "what climbs out of its line is not painted");
    assert(await everyOf("#messages bdi", 'unicodeBidi === "isolate"'), "no text turns what stands around it");
    assertEquals(faults, []);
    assertEquals(alice.complaints, "");
  },
);
