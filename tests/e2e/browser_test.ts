/** The page in a real browser, with a peer at a terminal and a client at a bare socket in the same room. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { needsBrowser, openBrowser } from "../support/browser.ts";
import { freePort } from "../support/free_port.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { find } from "../support/wait.ts";

const WITHIN_MS = 15_000;

/** A line of text that would be more than that on a page that is not careful. */
const HOSTILE = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;

/** Waits until the lines of the messages, without their times, hold one that is `wanted`. */
async function shows(page: Page, wanted: string): Promise<void> {
  const look = async (): Promise<true | undefined> => (await lines(page)).includes(wanted) || undefined;
  let last: readonly string[] = [];
  await find(
    async () => await look() ?? void (last = await lines(page)),
    WITHIN_MS,
    () => `${wanted} in\n${last.join("\n")}`,
  );
}

async function lines(page: Page): Promise<string[]> {
  return await page.locator("#messages li > bdi").allTextContents();
}

async function people(page: Page): Promise<string[]> {
  return await page.locator("#people li").allTextContents();
}

async function enter(page: Page, url: string, name: string, room = "lobby"): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Room").fill(room);
  await page.getByRole("button", { name: "Come in" }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

Deno.test("a browser, a terminal and a bare socket share a room", needsBrowser(), async (t) => {
  await using place = await Place.create();
  const address = `127.0.0.1:${freePort()}`;
  const flags = [place.bootstrapFlag, "--gateway", `--bind=${address}`];
  await using alice = await PeerProcess.peer("alice", place, ...flags);
  const bob = await PeerProcess.peer("bob", place);
  await using _bob = bob;
  await using browser = await openBrowser();
  await using later = new AsyncDisposableStack();
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  const url = `http://${address}/`;

  await t.step("whoever comes in by the page is seen, and sees who is here", async () => {
    await enter(page, url, "Ana");
    await page.locator("#people li").nth(2).waitFor();
    assertEquals(await people(page), ["alice", "Ana", "bob"]);
    assertEquals(await page.title(), "#lobby – Parley");
    await bob.waitFor(/Ana\S* came to #lobby/);
  });

  const [hostname, port] = address.split(":");
  const socket = await Deno.connect({ hostname: hostname!, port: Number(port) });
  using _socket = socket;
  await socket.write(new TextEncoder().encode('{"name":"nat","room":"lobby"}\n'));

  await t.step("what one says, all see", async () => {
    await shows(page, "nat came");
    assert(!(await lines(page)).includes("Ana came"), "whoever comes in knows it");
    await say(page, "hello from the page, grüße");
    await bob.waitFor("hello from the page, grüße");
    await shows(page, "Ana: hello from the page, grüße");
    await bob.say("hello from the terminal");
    await shows(page, "bob: hello from the terminal");
    await socket.write(new TextEncoder().encode("hello from the socket\n"));
    await shows(page, "nat: hello from the socket");
    assertEquals(
      await page.getByLabel("Message", { exact: true }).inputValue(),
      "",
      "what was said is not there any more",
    );
  });

  await t.step("text is text", async () => {
    await bob.say(HOSTILE);
    await shows(page, `bob: ${HOSTILE}`);
    assertEquals(await page.locator("#messages img, #messages script").count(), 0);
    assertEquals(await page.title(), "#lobby – Parley");
  });

  await t.step("a name that somebody has is refused with the reason, and another may be tried", async () => {
    const other = await browser.newPage();
    await enter(other, url, "Ana");
    await other.getByText('The name "Ana" is taken in #lobby').waitFor();
    await other.getByLabel("Name").fill("Eva");
    await other.getByRole("button", { name: "Come in" }).click();
    await other.locator("#people li").nth(4).waitFor();
    await shows(page, "Eva came");
    await other.close();
    await shows(page, "Eva left");
    assertEquals(await people(page), ["alice", "Ana", "bob", "nat"]);
  });

  // For docs: what all this looks like.
  const screenshots = Deno.env.get("PARLEY_SCREENSHOTS");
  if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/page.png` });

  await t.step("many lines arrive in order, and the page keeps the last 500", async () => {
    const many = Array.from({ length: 600 }, (_, number) => `line ${number}\n`).join("");
    await socket.write(new TextEncoder().encode(many));
    await shows(page, "nat: line 599");
    const kept = await lines(page);
    assertEquals(kept.length, 500);
    assertEquals(kept, Array.from({ length: 500 }, (_, at) => `nat: line ${at + 100}`));
    const end = await page.locator("#messages").evaluate((list) =>
      list.scrollHeight - list.clientHeight - list.scrollTop
    );
    assert(end < 2, `the end of the messages is in sight: ${end} px below`);
  });

  await t.step("whoever reloads the page is still in", async () => {
    await page.reload();
    await page.locator("#people li").nth(3).waitFor();
    assertEquals(await people(page), ["alice", "Ana", "bob", "nat"]);
    await bob.say("still there?");
    await shows(page, "bob: still there?");
  });

  assertEquals(faults, []);

  await t.step(
    "when the peer goes, the page says so and keeps what was not sent; it comes back by itself",
    async () => {
      await alice[Symbol.asyncDispose]();
      await page.getByText(/No connection; trying again/).waitFor();
      await page.getByLabel("Message", { exact: true }).fill("a draft");
      await page.keyboard.press("Enter");
      assertEquals(await page.getByLabel("Message", { exact: true }).inputValue(), "a draft");
      later.use(await PeerProcess.peer("alice", place, ...flags));
      await page.getByText("You are Ana").waitFor({ timeout: WITHIN_MS });
      assertMatch(
        (await lines(page)).join("\n"),
        /^Connected again; what was said since \d\d:\d\d:\d\d is missing here$/m,
      );
      await page.keyboard.press("Enter");
      await bob.waitFor("a draft");
    },
  );

  await t.step("whoever leaves is gone for the others", async () => {
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByLabel("Name").fill("Zoe");
    await page.getByRole("button", { name: "Come in" }).click();
    await bob.waitFor(/Zoe\S* came to #lobby/);
    await page.getByRole("button", { name: "Leave" }).click();
    await bob.waitFor(/Zoe\S* left #lobby/);
    await page.reload();
    await page.getByRole("button", { name: "Come in" }).waitFor();
  });
});
