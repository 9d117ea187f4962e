/** Acceptance check 7 of the seed programs: Talks' clients, written from the description of what they send and show. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { needsBrowser, openBrowser } from "../../support/browser.ts";
import { addressIn, machatHello, OWN_ADDRESS, TcpClient, WsClient } from "../../support/chat_clients.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { Place } from "../../support/place.ts";
import { processorMs } from "../../support/process_costs.ts";
import { talksConsole } from "../../support/talks_console.ts";
import { serveTalksPage } from "../../support/talks_page.ts";
import { find } from "../../support/wait.ts";

const WITHIN_MS = 20_000;

/** What a console is told, one behind the other, behind the answer to its request. */
function objectsIn(heard: string): { nickname: string; message: string }[] {
  const objects = heard.slice(heard.indexOf("\r\n\r\n") + 4);
  return objects === "" ? [] : JSON.parse(`[${objects.replaceAll("}{", "},{")}]`);
}

const web = (uuid: string, nickname: string, message: string): string => JSON.stringify({ nickname, uuid, message });

Deno.test("acceptance 7: Talks' console and its bundle's frames are in one room with the others; who closes sends nobody anything", async () => {
  await using place = await Place.create();
  const flags = [place.bootstrapFlag, "--gateway", "--compat", "talks"];
  await using alice = await PeerProcess.peer("alice", place, ...flags);
  await using bob = await PeerProcess.peer("bob", place);
  await alice.waitFor("bob came to #lobby");
  const own = await addressIn(alice, OWN_ADDRESS);
  const ana = talksConsole("ana");
  await using terminal = await TcpClient.connect(own, ana.head);
  await terminal.send(ana.message("ping"));
  await bob.waitFor("ana@alice came to #lobby");
  assertMatch(terminal.heard, /^HTTP\/1\.1 101 Web Socket Protocol Handshake\r\nServer: CAD chat server\r\n/);
  await using mina = await TcpClient.connect(own, `${machatHello("Mina")}\n`);
  await bob.waitFor("Mina@alice came to #lobby");
  const tab = new WsClient(`ws://${own}?uuid=6b1c-7`, web("6b1c-7", "Zoe", "ping"), "http://127.0.0.1:3000");
  await terminal.until(JSON.stringify({ uuid: "6b1c-7", nickname: "Zoe", message: "ping" }));
  await bob.waitFor("Zoe@alice came to #lobby");

  tab.send(web("6b1c-7", "Zoe", "hello from a tab"));
  await terminal.send(ana.message("hello from a console\n"));
  await mina.send("hello from MaChat\n");
  await bob.say("hello from a member");
  const said = [["Zoe", "a tab"], ["ana", "a console"], ["Mina", "MaChat"], ["bob", "a member"]] as const;
  for (const [name, where] of said) {
    await mina.until(`${name}:hello from ${where}\n`);
    for (const client of [terminal, tab]) await client.until(`"nickname":"${name}","message":"hello from ${where}"}`);
    await bob.waitFor(new RegExp(`${name}(@alice)?: hello from ${where}$`, "m"));
  }

  // Over 256 bytes, two at once, and one in pieces.
  const long = "many words ".repeat(60).trim();
  await terminal.send(ana.message(`${long}\n`) + ana.message("glued\n"));
  const cut = ana.message("in pieces\n");
  await terminal.send(cut.slice(0, 20));
  await terminal.send(cut.slice(20));
  await mina.until(`ana:${long}\nana:glued\nana:in pieces\n`);
  await tab.until('"message":"in pieces"}');

  // A console whose connection is lost, and a tab that closes: nobody who speaks Talks or MaChat is told anything.
  await using lost = await TcpClient.connect(own, talksConsole("lea").head + talksConsole("lea").message("ping"));
  await bob.waitFor("lea@alice came to #lobby");
  await tab.until('"nickname":"lea","message":"ping"}');
  await lost[Symbol.asyncDispose]();
  await bob.waitFor("lea@alice left #lobby");
  const before = [terminal.heard.length, mina.heard.length] as const;
  tab.socket.close();
  await tab.untilClosed();
  await bob.waitFor("Zoe@alice left #lobby");
  await alice.say("still there?");
  await terminal.until('"message":"still there?"}');
  await mina.until("alice:still there?\n");
  assertEquals(terminal.heard.slice(before[0]), '{"uuid":"alice","nickname":"alice","message":"still there?"}');
  assertEquals(mina.heard.slice(before[1]), "alice:still there?\n");

  await using other = new WsClient(`ws://${own}?uuid=1`, web("1", "Eva", "ping"), "http://evil.example");
  await other.untilClosed();
  assertMatch(other.error!, /403/);
});

async function history(page: Page): Promise<string[]> {
  return (await page.locator("#history p").allTextContents()).map((text) => text.trim());
}

async function shows(page: Page, wanted: string): Promise<void> {
  let last: readonly string[] = [];
  const look = async (): Promise<true | undefined> => (last = await history(page)).includes(wanted) || undefined;
  await find(look, WITHIN_MS, () => `${wanted} in\n${last.join("\n")}`);
}

Deno.test(
  "acceptance 7: a page whose script does what Talks' bundle does, in a browser, is in one room with the others",
  needsBrowser(),
  async (t) => {
    await using place = await Place.create();
    const flags = [place.bootstrapFlag, "--gateway", "--compat", "talks"];
    await using alice = await PeerProcess.peer("alice", place, ...flags);
    const own = await addressIn(alice, OWN_ADDRESS);
    await using served = serveTalksPage(`ws://${own}`);
    await using browser = await openBrowser();
    const ana = talksConsole("ana");
    await using terminal = await TcpClient.connect(own, ana.head);
    await terminal.send(ana.message("ping"));
    await alice.waitFor("ana@alice came to #lobby");
    const faults: string[] = [];
    const open = async (nickname: string): Promise<Page> => {
      const page = await browser.newPage();
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(served.url);
      if (nickname !== "") await page.getByLabel("Nickname").fill(nickname);
      await page.getByRole("button", { name: "Start Chat" }).click();
      return page;
    };

    const zoe = await open("Zoe");
    await t.step("it connects, is seen, and sees who comes", async () => {
      await shows(zoe, "Now you are connected!");
      await alice.waitFor("Zoe@alice came to #lobby");
      await terminal.until('"nickname":"Zoe","message":"ping"}');
      await shows(zoe, "[Zoe]: now is connected!");
      await using mina = await TcpClient.connect(own, machatHello("Mina"));
      await shows(zoe, "[Mina]: now is connected!");
      await mina.send("from MaChat\n");
      await shows(zoe, "[Mina]: from MaChat");
    });

    await t.step("what one says, all see, itself too", async () => {
      await zoe.getByLabel("Message").fill("from a tab, grüße");
      await zoe.getByRole("button", { name: "Envíar" }).click();
      await shows(zoe, "[Zoe]: from a tab, grüße");
      await alice.waitFor("Zoe@alice: from a tab, grüße");
      await terminal.until('"nickname":"Zoe","message":"from a tab, grüße"}');
      await terminal.send(ana.message("from a console\n"));
      await shows(zoe, "[ana]: from a console");
      await alice.say(`<img src=x onerror="document.title='broken'">`);
      await shows(zoe, `[alice]: <img src=x onerror="document.title='broken'">`);
    });

    await t.step("a tab that closes sends nobody garbage", async () => {
      const other = await open("Eva");
      await shows(zoe, "[Eva]: now is connected!");
      await terminal.until('"nickname":"Eva","message":"ping"}');
      const before = [(await history(zoe)).length, objectsIn(terminal.heard).length] as const;
      await other.close();
      await alice.waitFor("Eva@alice left #lobby");
      await alice.say("who is still here?");
      await shows(zoe, "[alice]: who is still here?");
      await terminal.until("who is still here?");
      assertEquals((await history(zoe)).slice(before[0]), ["[alice]: who is still here?"]);
      assertEquals(objectsIn(terminal.heard).slice(before[1]).map(({ message }) => message), ["who is still here?"]);
    });

    await t.step("nothing that came was more than its parser takes", () => assertEquals(faults, []));
  },
);

/** How many of each kind are lost. */
const LOST = 20;

/** How long the peer is looked at afterwards, and what it may use of that: Talks used all of a processor for each. */
const LOOK_MS = 3_000;
const SHARE_MAX = 0.3;

Deno.test("acceptance 7: after clients are gone, or were reset, no processor is burnt", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway", "--compat", "talks");
  const own = await addressIn(alice, OWN_ADDRESS);
  {
    await using all = new AsyncDisposableStack();
    for (let number = 0; number < LOST; number++) {
      const { head, message } = talksConsole(`console${number}`);
      all.use(await TcpClient.connect(own, head + message("ping"), "nothing"));
      all.use(await TcpClient.connect(own, machatHello(`machat${number}`), "nothing"));
      const uuid = `tab${number}`;
      all.use(new WsClient(`ws://${own}?uuid=${uuid}`, web(uuid, uuid, "ping")));
      for (const name of ["console", "machat", "tab"]) await alice.waitFor(`${name}${number}@alice came to #lobby`);
    }
    // Those who have not read what came are reset by their operating system; the others just end.
  }
  for (let number = 0; number < LOST; number++) {
    for (const name of ["console", "machat", "tab"]) await alice.waitFor(`${name}${number}@alice left #lobby`);
  }
  const [begun, used] = [performance.now(), await processorMs(alice.pid)];
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS)); // what is tested is this time, nothing is waited for
  const share = (await processorMs(alice.pid) - used) / (performance.now() - begun);
  assert(share < SHARE_MAX, `${Math.round(100 * share)} % of a processor`);
  await alice.say("still well");
  await alice.waitFor("alice: still well");
});
