import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { BootstrapReply, RegistryCommand } from "../../actors/bootstrap.ts";
import { openRegistryFile, type RegistryFile } from "../../commands/registry_file.ts";
import { emptyRegistry, type Registry } from "../../bootstrap/registry.ts";
import { REGISTRY, registry, type RegistryEvent } from "../../bootstrap/registry_actor.ts";
import type { RegistryStore } from "../../bootstrap/registry_store.ts";
import { virtualSystem } from "../support/virtual_system.ts";
import { outcomeOf } from "../support/linked_peers.ts";
import { candidate, idsOf, join } from "../bootstrap/contract.ts";

function test(name: string, run: (path: string) => void | Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await run(`${directory}/deep/registry.sqlite`);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

function opened(path: string): RegistryFile {
  const result = openRegistryFile(path);
  assert(result.ok, JSON.stringify(result));
  return result.file;
}

function using<T>(path: string, run: (store: RegistryStore, note: string | undefined) => T): T {
  const file = opened(path);
  try {
    return run(file.store, file.note);
  } finally {
    file.close();
  }
}

const ODD = candidate("ü", { name: "<東京>&\"'", ip: "::1", status: "", timestamp: "" });
const DATA: Registry = {
  config: { maxPeers: 3, minRefillCandidates: 0 },
  peers: new Map([["b", candidate("b")], ["ü", ODD], ["a", candidate("a")]]),
};

test("a new file holds nothing, and what is saved is there at the next start, in the same order", (path) => {
  using(path, (store) => {
    assertEquals(store.load(), undefined);
    assertEquals(store.save({ ...DATA, peers: new Map([["x", candidate("x")]]) }), undefined);
    assertEquals(store.save(DATA), undefined);
  });
  using(path, (store, note) => {
    assertEquals(store.load(), DATA);
    assertEquals([...store.load()!.peers.keys()], ["b", "ü", "a"]);
    assertEquals(note, undefined);
  });
});

test("the file and its folder are their owner's alone", (path) => {
  using(path, (store) => store.save(DATA));
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  assertEquals(Deno.statSync(path.slice(0, path.lastIndexOf("/"))).mode! & 0o777, 0o700);
});

test("a second owner of the file is refused, and may have it afterwards", (path) => {
  using(path, (store) => {
    assertEquals(store.save(DATA), undefined);
    const second = openRegistryFile(path);
    assert(!second.ok);
    assertEquals([second.reason, second.why], ["in_use", `Another registry is using ${path}`]);
  });
  using(path, (store) => assertEquals(store.load(), DATA));
});

test("row 72: a file that is no database is moved aside, and that is told", (path) => {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")));
  Deno.writeTextFileSync(path, "<!doctype html>".repeat(100));
  using(path, (store, note) => {
    assertStringIncludes(note ?? "", "is damaged and was moved to");
    assertEquals(store.load(), undefined);
    assertEquals(store.save(DATA), undefined);
  });
  assertStringIncludes(Deno.readTextFileSync(`${path}.damaged`), "doctype");
  using(path, (store) => assertEquals(store.load(), DATA));
});

test("row 70: a file cut at any page is used as far as it is whole, or moved aside, and never stops the start", (path) => {
  using(path, (store) => store.save(DATA));
  const whole = Deno.readFileSync(path);
  for (let size = 0; size < whole.length; size += 1_000) {
    Deno.writeFileSync(path, whole.subarray(0, size));
    using(path, (store, note) => {
      assertEquals([size, store.load()], [size, undefined]);
      assertEquals(note === undefined, size === 0); // an empty file is a new one
      assertEquals(store.save(DATA), undefined);
    });
  }
});

test("row 70: a file of a later version is refused and left as it is", (path) => {
  using(path, (store) => store.save(DATA));
  const db = new DatabaseSync(path);
  db.exec("pragma user_version = 2");
  db.close();
  const result = openRegistryFile(path);
  assert(!result.ok);
  assertEquals(result.reason, "newer");
  assertStringIncludes(result.why, "was written by a later version (format 2)");
});

test("row 71: a place that cannot be written is said", (path) => {
  Deno.mkdirSync(path, { recursive: true });
  const result = openRegistryFile(path);
  assert(!result.ok);
  assertEquals(result.reason, "unusable");
  assertStringIncludes(result.why, path);
});

test("defect 16: what somebody wrote into the file is taken over at a start, and only what could be", (path) => {
  using(path, (store) => store.save(DATA));
  const db = new DatabaseSync(path);
  db.exec("update peers set name = 'bell' || char(7) where id = 'a'; update limits set max_peers = 100000");
  db.close();
  using(path, (store) => {
    const { config, peers } = store.load()!;
    assertEquals([...peers.keys()], ["b", "ü"]);
    assertEquals(config, { maxPeers: 100_000, minRefillCandidates: 0 });
  });
});

/** A store that is told when to fail. */
class Fickle implements RegistryStore {
  saves = 0;
  why: string | undefined;
  load(): Registry | undefined {
    return undefined;
  }
  save(): string | undefined {
    this.saves++;
    return this.why;
  }
}

Deno.test("row 71: a registry that cannot store goes on in memory, says so once, and stores as soon as it can", async () => {
  const { clock, system } = virtualSystem();
  const told: RegistryEvent[] = [];
  system.events.subscribe(REGISTRY, (event) => told.push(event));
  const store = new Fickle();
  const config = { maxPeers: 8, minRefillCandidates: 5 };
  const ref = system.spawn("registry", registry(config, { data: emptyRegistry(config), store }));
  const ask = async (command: RegistryCommand): Promise<BootstrapReply> => {
    const outcome = outcomeOf(ref.ask<BootstrapReply>((replyTo) => ({ command, replyTo }), 1_000));
    await clock.until(() => outcome.settled, 1_000, "an answer");
    return outcome.value!;
  };
  store.why = "the disk is full";
  await ask(join("a"));
  assertEquals(idsOf(await ask(join("b"))), ["a", "b"]);
  store.why = undefined;
  await ask({ type: "list" });
  assertEquals(told, [{ type: "not_stored", why: "the disk is full" }, { type: "stored_again" }]);
  const { saves } = store;
  for (const type of ["list", "ping"] as const) await ask({ type });
  await ask({ type: "leave", id: "stranger" });
  assertEquals(store.saves, saves); // nothing has changed
});
