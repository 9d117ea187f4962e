import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { HistoryStore, Kept } from "../../actors/history/store.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import { type AuthorId, logOf } from "../../actors/history/author.ts";
import { viewerOf } from "../../actors/history/people.ts";
import { changeOf, shownNow, SIGNS_LOOKED_AT_MAX } from "../../actors/history/shown.ts";
import { bytesOf } from "../../actors/history/values.ts";
import { pageOf, RoomLog } from "../../actors/history/room_log.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";
import { openHistory } from "../../commands/history_database.ts";
import { MIGRATIONS } from "../../commands/history_database/schema.ts";
import { ALICE, BOB, DEV, entryOf, OPS, SOME_SIGNATURE } from "../support/entries.ts";
import { storeContract } from "../actors/history/store_contract.ts";

type Parts = NonNullable<Parameters<typeof openHistory>[1]>;

async function inFolder(run: (path: string) => void | Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(`${directory}/deep/history.sqlite`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function test(name: string, run: (path: string) => void | Promise<void>): void {
  Deno.test(name, () => inFolder(run));
}

function opened(path: string, parts?: Parts): HistoryStore & { readonly note: string | undefined } {
  const result = openHistory(path, parts);
  assert(result.ok, JSON.stringify(result));
  return Object.assign(result.store, { note: result.note });
}

function using<T>(path: string, run: (store: ReturnType<typeof opened>) => T, parts?: Parts): T {
  const store = opened(path, parts);
  try {
    return run(store);
  } finally {
    store.close();
  }
}

function entries(first: number, last: number): Kept[] {
  return Array.from({ length: last - first + 1 }, (_, at) => entryOf(first + at, { signature: SOME_SIGNATURE }));
}

function numbersIn(store: HistoryStore): number[] {
  return store.before(DEV, undefined, 10_000).map(({ sequence }) => sequence);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}

/** Unpacks and tidies up after each change and before the end, so that every text is indexed at once. */
function eager(store: HistoryStore): HistoryStore {
  return new Proxy(store, {
    get(target, name: keyof HistoryStore) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "close") indexAll(target);
        const result: unknown = Reflect.apply(value, target, args);
        if (name === "put" || name === "index") indexAll(target);
        return result;
      };
    },
  });
}

function indexAll(store: HistoryStore): void {
  store.rooms(); // no read is without what waits
  while (store.tidy());
}

storeContract("in a file", (run) => inFolder((path) => run({ open: () => opened(path) })));
storeContract(
  "in a file with every text indexed",
  (run) =>
    inFolder((path) => {
      run({ open: () => eager(opened(path, { waitingMax: 1 })) });
      const db = new DatabaseSync(path);
      db.prepare("insert into found (found, rank) values ('integrity-check', 1)").run(); // it has exactly the texts
      db.close();
    }),
);

test("the file and its folder are their owner's alone", (path) => {
  using(path, (store) => store.put(entries(1, 2)));
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  assertEquals(Deno.statSync(path.slice(0, path.lastIndexOf("/"))).mode! & 0o777, 0o700);
});

test("row 70: a second owner of the file is refused, and may have it afterwards", (path) => {
  const refused = () => {
    const second = openHistory(path);
    assert(!second.ok);
    assertEquals([second.reason, second.why], ["in_use", `Another process is using ${path}`]);
  };
  using(path, (store) => {
    refused(); // also when the first has done nothing yet
    store.put(entries(1, 3));
    refused();
    store.flush();
    refused();
    assertEquals(store.trouble, undefined);
  });
  using(path, (store) => {
    refused();
    assertEquals(numbersIn(store), [1, 2, 3]);
  });
});

test("row 72: a file that is no database is moved aside, and that is told", (path) => {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")));
  Deno.writeTextFileSync(path, "<!doctype html>".repeat(1_000));
  using(path, (store) => {
    assertEquals(
      store.note,
      `${path} is damaged and was moved to ${path}.damaged; history is fetched from others again`,
    );
    assertEquals(store.rooms(), []);
    store.put(entries(1, 3));
  });
  assertStringIncludes(Deno.readTextFileSync(`${path}.damaged`), "doctype");
  using(path, (store) => assertEquals([numbersIn(store), store.note], [[1, 2, 3], undefined]));
});

/** The files of a store as a killed process leaves them: three commits, and a fourth that never came to an end. */
function leftBehind(path: string): Readonly<{ main: Uint8Array; wal: Uint8Array }> {
  using(path, (store) => store.put(entries(1, 10))); // into the main file
  const store = opened(path);
  for (const [first, last] of [[11, 20], [21, 30], [31, 40]] as const) {
    store.put(entries(first, last));
    store.flush();
  }
  store.put(entries(41, 50));
  const left = { main: Deno.readFileSync(path), wal: Deno.readFileSync(`${path}-wal`) };
  store.close();
  return left;
}

test("row 70: a log of changes that is cut anywhere is used as far as it is whole", (path) => {
  const { main, wal } = leftBehind(path);
  const seen = new Set<number>();
  for (let size = 0; size <= wal.length; size += Math.ceil(wal.length / 40)) {
    Deno.writeFileSync(path, main);
    Deno.writeFileSync(`${path}-wal`, wal.subarray(0, size));
    using(path, (store) => {
      const numbers = numbersIn(store);
      assertEquals([numbers, store.note, store.trouble], [upTo(numbers.length), undefined, undefined]);
      assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: numbers.length }]);
      assertEquals(store.counters()["entries"], numbers.length);
      seen.add(numbers.length);
      store.put(entries(numbers.length + 1, 60));
    });
    using(path, (store) => assertEquals(numbersIn(store), upTo(60)));
  }
  assertEquals([...seen].toSorted((a, b) => a - b), [10, 20, 30]); // 40 needs the last byte
  Deno.writeFileSync(path, main);
  Deno.writeFileSync(`${path}-wal`, wal);
  using(path, (store) => assertEquals(numbersIn(store), upTo(40)));
});

test("row 70: a file that is cut anywhere is used as far as it is whole, or moved aside, and never stops the start", (path) => {
  const { main } = leftBehind(path);
  let aside = 0;
  for (let size = 0; size < main.length; size += 4_000) {
    Deno.writeFileSync(path, main.subarray(0, size));
    using(path, (store) => {
      const isWhole = main.subarray(size).every((byte) => byte === 0); // zeros are read behind the end of a file
      assertEquals([size, store.trouble, numbersIn(store)], [size, undefined, isWhole ? upTo(10) : []]);
      assertEquals(store.note === undefined, size === 0 || isWhole); // an empty file is a new one
      if (store.note !== undefined) aside++;
      store.put(entries(1, 3));
      assertEquals(store.search({ words: ["message"], limit: 99 }).length, isWhole ? 10 : 3);
    });
  }
  assert(aside > 10, `${aside}`);
});

test("row 72: a file with a page of zeros or noise is moved aside, or used without what was there, and never throws", (path) => {
  const { main } = leftBehind(path);
  for (let at = 0; at < main.length; at += 4_096) {
    for (const byte of [0, 0xa5]) {
      const broken = main.slice();
      broken.fill(byte, at, at + 4_096);
      Deno.writeFileSync(path, broken);
      using(path, (store) => {
        for (const { sequence, bytes } of store.before(DEV, undefined, 99)) {
          assertEquals(bytes, entryOf(sequence).bytes);
        }
        store.spans(DEV);
        store.search({ words: ["message"], limit: 9 });
        store.search({ words: ["me"], limit: 9 });
        store.put(entries(1, 3));
        store.flush();
        assert(store.find(DEV, entryOf(2).hash) !== undefined);
      });
    }
  }
});

test("row 72: changes that belong to what is damaged are not taken for those of the next file", (path) => {
  const { wal } = leftBehind(path);
  Deno.writeTextFileSync(path, "<!doctype html>".repeat(1_000));
  Deno.writeFileSync(`${path}-wal`, wal);
  using(path, (store) => assertEquals([store.rooms(), store.note === undefined], [[], false]));
  using(path, (store) => assertEquals([store.rooms(), store.note], [[], undefined]));
});

test("row 72: each damaged file is kept under a name of its own; of more than four the oldest goes, and that is told", (path) => {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")));
  const damage = (number: number): string | undefined => {
    Deno.writeTextFileSync(path, `damage ${number} `.repeat(1_000));
    return using(path, (store) => store.note);
  };
  const copies = ["", "-2", "-3", "-4", "-5"].map((end) => `${path}.damaged${end}`);
  for (const [index, copy] of copies.slice(0, 4).entries()) {
    assertEquals(
      damage(index + 1),
      `${path} is damaged and was moved to ${copy}; history is fetched from others again`,
    );
  }
  for (const end of ["-wal", "-journal"]) Deno.writeTextFileSync(`${copies[0]}${end}`, "changes");
  assertEquals(
    damage(5),
    `${path} is damaged and was moved to ${copies[4]}; an earlier copy was deleted: ${copies[0]}; ` +
      "history is fetched from others again",
  );
  const left = [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].map(({ name }) => name).toSorted();
  const names = ["", ".damaged-2", ".damaged-3", ".damaged-4", ".damaged-5"];
  assertEquals(left, names.map((end) => `history.sqlite${end}`));
  for (const [index, copy] of copies.slice(1).entries()) {
    assertStringIncludes(Deno.readTextFileSync(copy), `damage ${index + 2} `);
  }
});

test("row 72: changes that were not in a damaged file yet are in its copy", (path) => {
  const { wal } = leftBehind(path);
  Deno.writeTextFileSync(path, "<!doctype html>".repeat(1_000));
  Deno.writeFileSync(`${path}-wal`, wal);
  assertStringIncludes(using(path, (store) => store.note) ?? "", `moved to ${path}.damaged;`);
  const folder = path.slice(0, path.lastIndexOf("/"));
  const copies = [...Deno.readDirSync(folder)].filter(({ name }) => name.includes(".damaged"));
  const kept = copies.map(({ name }) => Buffer.from(Deno.readFileSync(`${folder}/${name}`)));
  const { content } = entryOf(25);
  assert(content.type === "said");
  assert(kept.some((bytes) => bytes.includes(content.text)));
});

test("row 72: what only looks like a copy of a damaged file is left alone", (path) => {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")));
  const others = ["x", "-0", "-1x", "-2-wal-wal", ".old"].map((end) => `${path}.damaged${end}`);
  for (const other of others) Deno.writeTextFileSync(other, "mine");
  for (let times = 0; times < 6; times++) {
    Deno.writeTextFileSync(path, "<!doctype html>".repeat(1_000));
    using(path, (store) => store.note);
  }
  assertEquals(others.map((other) => Deno.readTextFileSync(other)), others.map(() => "mine"));
});

test("row 70: a file of a later version is refused and left as it is", (path) => {
  using(path, (store) => store.put(entries(1, 3)));
  const db = new DatabaseSync(path);
  db.exec("pragma user_version = 77");
  db.close();
  const whole = Deno.readFileSync(path);
  const result = openHistory(path);
  assert(!result.ok);
  assertEquals([result.reason, result.why], ["newer", `${path} was written by a later version (format 77)`]);
  assertEquals(Deno.readFileSync(path), whole);
});

test("a file of an earlier version is brought to this one, with all that is in it", (path) => {
  using(path, (store) => store.put(entries(1, 3)));
  const migrations = [...MIGRATIONS, "alter table entries add column mood text", "create table moods (mood text)"];
  using(path, (store) => {
    assertEquals([numbersIn(store), store.note, store.trouble], [[1, 2, 3], undefined, undefined]);
    store.put(entries(4, 4));
  }, { migrations });
  const db = new DatabaseSync(path);
  assertEquals(db.prepare("pragma user_version").get()?.["user_version"], MIGRATIONS.length + 2);
  assertEquals(db.prepare("select count(mood) as moods, count(*) as count from entries").get()?.["count"], 4);
  db.close();
});

test("a step to a later version that fails leaves the file as it was", (path) => {
  using(path, (store) => store.put(entries(1, 3)));
  const migrations = [...MIGRATIONS, "drop table notes; create table entries (id)"];
  const result = openHistory(path, { migrations });
  assert(!result.ok);
  assertEquals(result.reason, "unusable");
  assertStringIncludes(result.why, "table entries already exists");
  using(path, (store) => {
    assertEquals([numbersIn(store), store.trouble], [[1, 2, 3], undefined]);
    store.remember("a", "b");
    assertEquals([store.recall("a"), store.trouble], ["b", undefined]);
  });
});

test("a row that cannot be read is lacking: no page is made of it, and who sends the entry again mends it", (path) => {
  const alice = new RoomLog({ room: DEV, store: new MemoryStore(), signing: simulatedSigning("alice") });
  const said = ["one", "two", "three"].flatMap((text) =>
    alice.write([{ type: "said", text }], { name: "alice", wallMs: 1 })
  );
  const [log, batch] = [said[0]!.log, (entry: Kept) => pageOf([entry])!];
  const bob = (store: HistoryStore) => new RoomLog({ room: DEV, store, signing: simulatedSigning("bob") });
  using(path, (store) => said.forEach((entry) => bob(store).admit(batch(entry), 1)));
  const database = new DatabaseSync(path);
  database.exec("update entries set bytes = x'c1' where sequence = 2");
  database.close();
  using(path, (store) => {
    const room = bob(store);
    assertEquals(room.pagesOf({ log, first: 1, last: 3 }).map(({ first }) => first), []);
    assertEquals(room.holdings.lackingOf(log, { first: 1, last: 3 }), [{ first: 2, last: 2 }]);
    assertEquals(room.pagesOf({ log, first: 1, last: 3 }).map(({ first }) => first), [3, 1]);
  });
  using(path, (store) => {
    const room = bob(store);
    const admission = room.admit(batch(said[1]!), 2);
    assert(admission.ok);
    assertEquals([admission.news.length, admission.forked, room.isForked(log)], [1, false, false]);
    assertEquals(store.range(DEV, log, 1, 3, 9).map(({ hash }) => hash), said.map(({ hash }) => hash));
    assertEquals(room.pagesOf({ log, first: 1, last: 3 }).map(({ first }) => first), [1]);
    const weights = said.map(({ bytes, signature }) => bytes.length + signature!.length);
    assertEquals(store.counters()["bytes"], weights.reduce((sum, weight) => sum + weight));
  });
});

test("row 71: of two starts with a full disk between them, neither says anything under a number of the other", (path) => {
  const limited = (path: string) => {
    const db = new DatabaseSync(path);
    db.exec("pragma max_page_count = 60");
    return db;
  };
  const signing = simulatedSigning("alice");
  const said: Kept[] = [];
  const stored = using(path, (store) => {
    const log = new RoomLog({ room: DEV, store, signing });
    for (let at = 0; at < 200; at++) {
      const texts = ["one", "two"].map((word) => `${word} ${at} ${"x".repeat(2_000)}`);
      const wasStored = store.trouble === undefined;
      const written = log.write(texts.map((text) => ({ type: "said", text })), { name: "alice", wallMs: 1_000 + at });
      said.push(...written);
      if (store.trouble === undefined || !wasStored) continue;
      assertEquals(written.map(({ content }) => "text" in content && content.text), texts);
      assertEquals(written.map(({ sequence }) => sequence), [1, 2], "in a log of its own");
      assertEquals(log.ownLog, written[0]!.log);
      assertEquals(
        store.before(DEV, undefined, 1_000).length,
        said.length,
        "what could not be kept is not there twice",
      );
      const lastStored = said.at(-3)!;
      assertEquals(log.holdings.topOf(lastStored.log)?.last, lastStored.sequence);
      assertEquals(store.spans(DEV).find((span) => span.log === lastStored.log)?.last, lastStored.sequence);
      return lastStored;
    }
    throw new Error("the disk did not fail");
  }, { connect: limited });
  const again = using(path, (store) => {
    assertEquals(numbersIn(store).at(-1), stored.sequence);
    return new RoomLog({ room: DEV, store, signing })
      .write([{ type: "said", text: "something else" }], { name: "alice", wallMs: 9_000 });
  });
  assertEquals(again.map(({ log, sequence }) => [log, sequence]), [[stored.log, stored.sequence + 1]]);
  assertEquals(said.filter(({ log, sequence }) => log === again[0]!.log && sequence === again[0]!.sequence), []);
});

test("row 71: on a full disk the chat goes on in memory, with all that was put, and says so", (path) => {
  const limited = (path: string) => {
    const db = new DatabaseSync(path);
    db.exec("pragma max_page_count = 60");
    return db;
  };
  const told: string[] = [];
  const flushed = using(path, (store) => {
    assertEquals(told, []);
    let last = 0;
    let flushed = 0;
    while (store.trouble === undefined && last < 5_000) {
      store.put(entries(last + 1, last + 10));
      last += 10;
      if (store.trouble === undefined) store.flush();
      if (store.trouble === undefined) flushed = last;
    }
    assertEquals(store.trouble, `What is said is not stored on disk: ${path}: database or disk is full`);
    assertEquals(numbersIn(store), upTo(last));
    assertEquals(store.counters()["fallen_back"], 1);
    store.put(entries(last + 1, last + 5));
    store.remember("read", "5");
    store.flush();
    assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: last + 5 }]);
    assertEquals(store.search({ words: [`message ${last + 5}`], limit: 9 }).length, 1);
    assertEquals(store.recall("read"), "5");
    assertEquals(told, [store.trouble], "once, when it came");
    return flushed;
  }, { connect: limited, troubled: (why) => told.push(why) });
  assert(flushed > 20);
  using(path, (store) => assertEquals([numbersIn(store), store.trouble], [upTo(flushed), undefined]));
});

test("row 71: what was let go of stays gone when the file cannot be written any more", (path) => {
  using(path, (store) => {
    store.put(entries(1, 5));
    while (store.counters()["entries"]! > 3) store.expire({ bytesMax: store.counters()["bytes"]! - 1 }, 0);
  });
  using(path, (store) => {
    assert(store.trouble !== undefined);
    assertEquals([...store.floors(DEV)], [[ALICE, 2]]);
  }, { connect: (path: string) => new DatabaseSync(path, { readOnly: true }) });
});

test("row 71: a file that cannot be written is shown, and the chat goes on in memory", (path) => {
  using(path, (store) => {
    store.put(entries(1, 3));
    store.remember("read", "3");
  });
  const readOnly = (path: string) => new DatabaseSync(path, { readOnly: true });
  const told: string[] = [];
  using(path, (store) => {
    assertStringIncludes(store.trouble ?? "", "What is said is not stored on disk");
    assertEquals(told, [], "who opens it is told by its trouble");
    store.put(entries(4, 5));
    store.flush();
    assertEquals([numbersIn(store), store.recall("read")], [upTo(5), "3"]);
  }, { connect: readOnly, troubled: (why) => told.push(why) });
  using(path, (store) => assertEquals(numbersIn(store), upTo(3)));
});

test("row 71: a place that cannot be written is said", (path) => {
  Deno.mkdirSync(path, { recursive: true });
  const result = openHistory(path);
  assert(!result.ok);
  assertEquals(result.reason, "unusable");
  assertStringIncludes(result.why, path);
});

/** What SQLite says when the disk does not do what it should. */
class DiskError extends Error {
  readonly errcode = 10;
}

/** A database that fails when it is asked for what is given. */
function failing(fails: (sql: string) => boolean): (path: string) => DatabaseSync {
  return (path) =>
    new class extends DatabaseSync {
      override prepare(sql: string): StatementSync {
        const statement = super.prepare(sql);
        const guarded = <T extends (...args: never[]) => unknown>(method: T): T =>
          ((...args: never[]) => {
            if (fails(sql)) throw new DiskError("disk I/O error");
            return Reflect.apply(method, statement, args);
          }) as T;
        return Object.assign(statement, {
          run: guarded(statement.run),
          get: guarded(statement.get),
          all: guarded(statement.all),
          iterate: guarded(statement.iterate),
        });
      }
    }(path);
}

test("row 71: what could not be committed is not lost while we live", (path) => {
  let broken = false;
  using(path, (store) => {
    store.put(entries(1, 3));
    store.remember("read", "1");
    store.flush();
    const sealed = entryOf(4, { content: { type: "sealed", to: "c".repeat(64) as never, sealed: new Uint8Array(2) } });
    store.put([sealed]);
    store.index(DEV, sealed.hash, "the plan");
    store.remember("read", "4");
    store.put([{ ...entryOf(5), signature: SOME_SIGNATURE }]);
    broken = true;
    store.flush();
    assertEquals(store.trouble, `What is said is not stored on disk: ${path}: disk I/O error`);
    assertEquals(numbersIn(store), upTo(5));
    assertEquals([store.recall("read"), store.find(DEV, entryOf(5).hash)?.signature], ["4", SOME_SIGNATURE]);
    assertEquals(store.search({ words: ["plan"], limit: 9 }), [sealed]);
  }, { connect: failing((sql) => broken && sql === "commit") });
  using(path, (store) => assertEquals([numbersIn(store), store.recall("read")], [upTo(3), "1"]));
});

test("row 71: whatever the disk does not do, nothing throws, and what is put is there", (path) => {
  const steps: readonly ((store: HistoryStore) => unknown)[] = [
    (store) => store.rooms(),
    (store) => store.spans(DEV),
    (store) => store.put(entries(8, 9)),
    (store) => store.keep(entries(8, 9)),
    (store) => store.at(DEV, ALICE, 1),
    (store) => store.find(DEV, entryOf(1).hash),
    (store) => store.has(DEV, entryOf(1).hash) && store.has(DEV, entryOf(99).hash),
    (store) => store.forkedCount(DEV),
    (store) => store.range(DEV, ALICE, 1, 9, 9),
    (store) => store.before(DEV, entryOf(3), 9),
    (store) => store.decisive(entryOf(1)),
    (store) => store.signs(DEV, entryOf(1).hash, 9),
    (store) => store.signsBy("a".repeat(64) as AuthorId, DEV, entryOf(1).hash, entryOf(9), 9),
    (store) => store.index(DEV, entryOf(1).hash, "x"),
    (store) => store.search({ words: ["message"], limit: 9 }),
    (store) => store.search({ words: ["me"], limit: 9 }),
    (store) => store.recall("a"),
    (store) => store.remember("a", "b"),
    (store) => store.expire({ bytesMax: 0 }, 0),
    (store) => store.close(),
  ];
  for (const step of steps) {
    let broken = false;
    using(path, (store) => {
      store.put(entries(1, 5));
      broken = true;
      step(store);
      store.put(entries(6, 7));
      store.flush();
      assert(store.trouble !== undefined, step.toString());
      assertEquals(store.at(DEV, ALICE, 6), { ...entryOf(6), signature: SOME_SIGNATURE }, step.toString());
    }, { connect: failing(() => broken) });
  }
});

for (
  const [what, fails, isNoted] of [["one statement", "insert into inbox", false], ["several", "commit", true]] as const
) {
  test(`row 71: what is to be kept at once by ${what} is not there at all where the disk fails over it; all that was put before is`, (path) => {
    let broken = false;
    using(path, (store) => {
      assertEquals(store.keep(entries(1, 3)), true);
      store.put(entries(4, 5));
      if (isNoted) store.remember("read", "5");
      broken = true;
      assertEquals(store.keep(entries(6, 7)), false);
      assert(store.trouble !== undefined);
      assertEquals(numbersIn(store), upTo(5));
      assertEquals(store.keep(entries(6, 8)), true, "in memory, as everything from now on");
      assertEquals(numbersIn(store), upTo(8));
    }, { connect: failing((sql) => broken && sql.trimStart().startsWith(fails)) });
    using(path, (store) => assertEquals(numbersIn(store), upTo(3)));
  });
}

test("what can still be read when writing fails is gone on with, the latest of it, sealed texts and notes among it", (path) => {
  let broken = false;
  const sealed = entryOf(4, { content: { type: "sealed", to: "c".repeat(64) as never, sealed: new Uint8Array(2) } });
  using(path, (store) => {
    store.put([...entries(1, 3), sealed]);
    store.index(DEV, sealed.hash, "the plan");
    store.remember("read", "1");
    store.flush();
    broken = true;
    store.put(entries(5, 5));
    store.flush();
    assert(store.trouble !== undefined);
    assertEquals([numbersIn(store), store.recall("read")], [upTo(5), "1"]);
    assertEquals(store.search({ words: ["plan"], limit: 9 }), [sealed]);
  }, { connect: failing((sql) => broken && sql.includes("insert into")) });
});

test("row 71: what let go before a failure does not come back, and what was not flushed is not half in the file", (path) => {
  let broken = false;
  using(path, (store) => {
    store.put(entries(1, 4));
    store.flush();
    store.expire({ ageMs: 1 }, 4);
    store.flush();
    store.put(entries(5, 5));
    broken = true;
    store.put(entries(6, 6));
    store.flush();
    assert(store.trouble !== undefined);
    assertEquals(numbersIn(store), [3, 4, 5, 6]);
  }, { connect: failing((sql) => broken && sql.includes("insert into")) });
  using(path, (store) => assertEquals(numbersIn(store), [3, 4]));
});

/** Counts what goes into the tables, and how often something is written at all. */
function countingWrites() {
  const writes = { entries: 0, rows: 0, commits: 0 };
  const counted = [["insert into entries", "entries"], ["insert into inbox", "rows"], ["commit", "commits"]] as const;
  const connect = (path: string) =>
    new class extends DatabaseSync {
      override prepare(sql: string): StatementSync {
        const statement = super.prepare(sql);
        const [, kind] = counted.find(([start]) => sql.trimStart().startsWith(start)) ?? [];
        if (kind === undefined) return statement;
        return Object.assign(statement, {
          run: (...values: Parameters<StatementSync["run"]>) => {
            writes[kind]++;
            if (kind === "rows" && !this.isTransaction) writes.commits++;
            return Object.getPrototypeOf(statement).run.apply(statement, values);
          },
        });
      }
    }(path);
  return { connect, writes };
}

test("what is put waits in memory until it is flushed, and then packed on disk until it is read", (path) => {
  const { connect, writes } = countingWrites();
  using(path, (store) => {
    writes.commits = 0; // that of the beginning
    store.put(entries(1, 3));
    assertEquals(writes, { entries: 0, rows: 0, commits: 0 });
    store.flush();
    assertEquals(writes, { entries: 0, rows: 1, commits: 1 });
    store.flush();
    store.settle();
    assertEquals(writes, { entries: 0, rows: 1, commits: 1 }, "nothing is written twice");
    assertEquals(store.keep(entries(4, 4)), true);
    store.flush();
    assertEquals(writes, { entries: 0, rows: 2, commits: 2 });
    store.put(entries(5, 5));
    assertEquals(numbersIn(store), upTo(5));
    assertEquals(writes, { entries: 5, rows: 2, commits: 2 });
    store.put(entries(6, 6));
    assertEquals([store.recall("read"), store.remember("read", "5"), store.recall("read")], [
      undefined,
      undefined,
      "5",
    ]);
    assertEquals([6, 5, 7].map((sequence) => store.has(DEV, entryOf(sequence).hash)), [true, true, false]);
    assertEquals(writes.entries, 5, "what is no entry, and whether there is one, has to wait for none");
    store.flush();
    assertEquals([writes.commits, store.counters()["commits"]], [3, 3]);
  }, { connect });
});

test("what is packed is there in the next life after a kill, in its order, and no more than once", (path) => {
  const left = (run: (store: HistoryStore) => void) => {
    using(path, (store) => {
      run(store);
      Deno.copyFileSync(path, `${path}.then`);
      Deno.copyFileSync(`${path}-wal`, `${path}.then-wal`);
    });
    Deno.removeSync(path);
    Deno.renameSync(`${path}.then`, path);
    Deno.renameSync(`${path}.then-wal`, `${path}-wal`);
  };
  const marked = entryOf(4, { signature: SOME_SIGNATURE, clock: "ahead" });
  const forked = entryOf(3, { forked: true, content: { type: "said", text: "another third" } });
  left((store) => {
    store.put([...entries(1, 3), marked]);
    store.flush();
    store.put([forked]);
    store.flush();
    store.put(entries(5, 5)); // goes with the kill
  });
  left((store) => {
    assertEquals(store.before(DEV, undefined, 9).length, 5); // in the tables, and that is lost again: nothing was flushed
    store.put(entries(5, 6));
  });
  using(path, (store) => {
    assertEquals([store.at(DEV, ALICE, 4), store.find(DEV, forked.hash)], [marked, forked]);
    assertEquals([store.counters()["entries"], store.spans(DEV)], [5, [{ log: ALICE, first: 1, last: 4 }]]);
    store.flush();
  });
  const db = new DatabaseSync(path);
  assertEquals(db.prepare("select count(*) as rows from inbox").get()?.["rows"], 0);
  db.close();
});

test("a little at a time: of very much, some is packed with each call, and some unpacked", (path) => {
  const { connect, writes } = countingWrites();
  using(path, (store) => {
    writes.commits = 0; // that of the beginning
    store.put(entries(1, 4_100));
    assertEquals([store.settle(), store.settle(), store.settle()], [false, false, true]);
    assertEquals(writes, { entries: 0, rows: 9, commits: 3 });
    assertEquals([store.tidy(), writes.entries, store.tidy(), writes.entries], [true, 512, true, 1_024]);
    assertEquals(store.counters()["waiting"], 3_076, "who only wants to know how it is goes to no such expense");
    while (store.tidy());
    assertEquals(writes.entries, 4_096, "few are left until there are more, or somebody reads");
    assertEquals([store.counters()["entries"], store.counters()["waiting"]], [4_100, 0]);
  }, { connect });
});

test("of more than may wait, the oldest are unpacked, so that the file holds no more of it twice than memory", (path) => {
  const { connect, writes } = countingWrites();
  using(path, (store) => {
    store.put(entries(1, 32_767));
    store.flush();
    assertEquals(writes.entries, 0);
    store.put(entries(32_768, 32_768));
    assertEquals(writes.entries, 512);
    store.flush();
  }, { connect });
  using(path, (store) => assertEquals(store.counters()["entries"], 32_768));
});

test("what somebody asks about one log waits for no other", (path) => {
  const { connect, writes } = countingWrites();
  using(path, (store) => {
    store.put(entries(1, 3));
    assertEquals([store.at(DEV, BOB, 1), store.range(DEV, BOB, 1, 9, 9), writes.entries], [undefined, [], 0]);
    assertEquals([store.at(DEV, ALICE, 1)?.sequence, writes.entries], [1, 3]);
  }, { connect });
});

test("what just came is found where it waits, and so is what changes nothing; what is edited waits for its edits", (path) => {
  const { connect, writes } = countingWrites();
  const [first, second] = entries(1, 2);
  using(path, (store) => {
    store.put([first!, second!]);
    const found = [store.find(DEV, first!.hash), store.find(OPS, first!.hash), store.find(DEV, entryOf(9).hash)];
    assertEquals(found, [first, undefined, undefined]);
    assertEquals([store.decisive(first!), store.signs(DEV, first!.hash, 9), writes.entries], [undefined, [], 0]);
    const edit = entryOf(3, { content: { type: "edited", target: first!.hash, text: "another" } });
    store.put([edit]);
    assertEquals([store.find(DEV, second!.hash), writes.entries], [second, 0]);
    assertEquals([store.decisive(first!), writes.entries], [edit, 3]);
    store.put([entryOf(2, { text: "a second one of that number" })]);
    assertEquals(store.find(DEV, entryOf(2, { text: "a second one of that number" }).hash)?.forked, true);
  }, { connect });
});

test("of very much that waits, a piece is unpacked before anything is let go of, until all is", (path) => {
  using(path, (store) => {
    store.put(entries(1, 1_300));
    const expired = [1, 2, 3].map(() => [store.expire({ ageMs: 1 }, 51), store.counters()["waiting"]]);
    assertEquals(expired, [[100, 788], [100, 0], [49, 0]]);
  });
});

/** What the disk has of a file whose owner is killed then. */
function afterKill(path: string, run: (store: HistoryStore) => void): string {
  const then = `${path}.then`;
  using(path, (store) => {
    run(store);
    for (const end of ["", "-wal"]) Deno.copyFileSync(path + end, then + end);
  });
  return then;
}

test("what was noted of an entry is not on disk without it, however much waits before that", (path) => {
  const then = afterKill(path, (store) => {
    store.put(entries(1, 3_000));
    store.remember("topic", "3000");
    store.settle();
  });
  using(then, (store) => assertEquals([store.recall("topic"), store.at(DEV, ALICE, 3_000)?.sequence], ["3000", 3_000]));
});

test("a packed entry is taken only as what it says itself that it is", (path) => {
  const then = afterKill(path, (store) => {
    store.put(entries(1, 1));
    store.flush();
  });
  const db = new DatabaseSync(then);
  db.exec("update inbox set entries = cast(substr(entries, 1, 20) || 'f' || substr(entries, 22) as blob)"); // its log
  db.close();
  using(then, (store) => {
    assertEquals([store.spans(DEV), numbersIn(store), store.counters()["damaged"]], [[], [], 1]);
  });
});

test("a packed row that says nothing any more is left out and counted, and the others are there", (path) => {
  using(path, () => {});
  const db = new DatabaseSync(path);
  db.exec("insert into inbox (entries) values (x'c1'), (x'92c0910a'), (x'80')");
  db.close();
  using(path, (store) => {
    store.put(entries(1, 2));
    store.flush();
    assertEquals([numbersIn(store), store.trouble, store.counters()["damaged"]], [[1, 2], undefined, 4]);
  });
});

test("row 71: what waits is not lost where the disk fails over what is to be kept after it", (path) => {
  let broken = false;
  using(path, (store) => {
    store.put(entries(1, 2));
    broken = true;
    assertEquals(store.keep(entries(3, 3)), false);
    assert(store.trouble !== undefined);
    assertEquals(numbersIn(store), upTo(2));
  }, { connect: failing((sql) => broken && sql.includes("insert into")) });
});

test("row 71: what waited when the disk failed comes before what is put then", (path) => {
  let broken = false;
  using(path, (store) => {
    store.put(entries(1, 1));
    broken = true;
    store.flush();
    const another = entryOf(1, { text: "another" });
    store.put([another]);
    assertEquals([store.at(DEV, ALICE, 1), store.find(DEV, another.hash)?.forked], [entries(1, 1)[0], true]);
  }, { connect: failing((sql) => broken && sql.includes("insert into")) });
});

test("who never flushes is flushed after so many entries", (path) => {
  using(path, (store) => {
    for (let first = 1; first <= 10_000; first += 500) {
      store.put(entries(first, first + 499));
      store.rooms();
    }
    assertEquals(store.counters()["commits"], 1);
  });
});

test("texts wait to be indexed until there is time, and are found with those that are", (path) => {
  using(path, (store) => {
    const tidy = () => [store.tidy(), store.counters()["not_indexed"]];
    store.put(entries(1, 127));
    assertEquals([store.counters()["not_indexed"], tidy()], [127, [false, 127]], "one by one each would cost more");
    store.put(entries(128, 130));
    assertEquals([store.counters()["not_indexed"], tidy()], [130, [false, 0]]);
    store.put(entries(131, 133));
    store.put([entryOf(134, { content: { type: "edited", target: entries(133, 133)[0]!.hash, text: "changed" } })]);
    store.put([entryOf(135, { content: { type: "redacted", target: entries(132, 132)[0]!.hash } })]);
    assertEquals(store.counters()["not_indexed"], 2);
    const found = (limit: number) => store.search({ words: ["message"], limit }).map(({ sequence }) => sequence);
    assertEquals(found(3), [131, 130, 129]);
    assertEquals(found(1), [131]);
    store.put(entries(200, 900));
    store.rooms();
    assertEquals([store.counters()["not_indexed"], found(1_000).length], [703, 131 + 701]);
    assertEquals([tidy(), tidy(), tidy()], [[true, 703 - 256], [true, 447 - 256], [false, 0]], "a piece at a time");
    assertEquals([store.tidy(), found(1_000).length], [false, 131 + 701]);
  });
});

test("while there is never time, as many texts are indexed as come, so that no more are put off than a search bears", (path) => {
  using(path, (store) => {
    for (let first = 1; first <= 60_000; first += 500) {
      store.put(entries(first, first + 499));
      if (first % 3_000 === 1) { while (!store.settle()); }
    }
    store.rooms();
    const { not_indexed: left } = store.counters();
    assert(left! >= 16_384 - 256 && left! <= 16_384 + 512, `${left}`);
  });
});

test("a row that says nothing any more is left out and counted", (path) => {
  using(path, (store) => store.put(entries(1, 3)));
  const db = new DatabaseSync(path);
  db.exec("update entries set bytes = x'c0' where sequence = 2");
  db.close();
  using(path, (store) => {
    assertEquals(numbersIn(store), [1, 3]);
    assertEquals([store.trouble, store.counters()["damaged"]], [undefined, 1]);
    assertEquals(store.range(DEV, ALICE, 1, 9, 9).length, 2);
  });
});

test("what many entries have is found, the newest first, also where the newest have it not or it came backwards", (path) => {
  using(path, (store) => {
    const common = Array.from(
      { length: 6_000 },
      (_, at) => entryOf(at + 1, { text: `the common ${at}`, ...(at === 7 ? { name: "bob" } : {}) }),
    );
    const newer = Array.from({ length: 2_500 }, (_, at) => entryOf(at + 6_001, { text: "something else" }));
    for (const all = [...common, ...newer].toReversed(); all.length > 0;) {
      store.put(all.splice(0, 250));
      store.flush();
    }
    const found = (words: string[], more = {}) =>
      store.search({ words, limit: 3, ...more }).map(({ sequence }) => sequence);
    assertEquals(found(["common"]), [6_000, 5_999, 5_998]);
    assertEquals(found(["the", "common", "77"]), [5_978, 5_878, 5_780]);
    assertEquals(found(["common"], { from: "bob" }), [8]);
    assertEquals(found(["something"]), [8_500, 8_499, 8_498]);
    assertEquals(found(["co"]), [6_000, 5_999, 5_998]);
    assertEquals(found([" 7"], { limit: 1 }), []); // farther back than short words are looked for
    assertEquals(store.trouble, undefined);
  });
});

/** Counts the rows that are read of what names an entry. */
function counted() {
  const counts = { read: 0 };
  const counting = (path: string) =>
    new class extends DatabaseSync {
      override prepare(sql: string): StatementSync {
        const statement = super.prepare(sql);
        if (!sql.includes("where target = ?")) return statement;
        return Object.assign(statement, {
          all: (...values: Parameters<StatementSync["all"]>) => {
            const rows = Object.getPrototypeOf(statement).all.apply(statement, values);
            counts.read += rows.length;
            return rows;
          },
        });
      }
    }(path);
  return { connect: counting, rows: counts };
}

test("however many signs an entry has, one more reads none of them, and what it says is read without them", (path) => {
  const { connect, rows } = counted();
  using(path, (store) => {
    const [said] = entries(1, 1);
    store.put([said!]);
    const about = (sequence: number, content: Kept["content"]) => store.put([entryOf(sequence, { content })]);
    for (let at = 2; at <= 50; at++) about(at, { type: "reacted", target: said!.hash, sign: `+${at}` });
    store.rooms(); // whoever reads has the tables brought up to date
    assertEquals(rows.read, 0);
    about(51, { type: "edited", target: said!.hash, text: "another" });
    store.rooms();
    assertEquals([rows.read, store.search({ words: ["another"], limit: 9 }).length], [1, 1]);
  }, { connect });
});

test("of a message with thousands of signs, and as many edits by others, so many are read as are shown", (path) => {
  const { connect, rows } = counted();
  using(path, (store) => {
    const [said] = entries(1, 1);
    const { hash: target } = said!;
    const by = (number: number, sequence: number, content: Kept["content"]) =>
      entryOf(sequence, { log: logOf(number.toString(16).padStart(64, "0") as AuthorId, 1), content });
    store.put([said!]);
    for (let at = 0; at < 1_000; at++) {
      store.put([
        ...[1, 2, 3].map((n) => by(1_000 * n + at, 2 + at, { type: "reacted", target, sign: "+" })),
        by(at, 2 + at, { type: "edited", target, text: "forged" }),
        by(at, 1_002 + at, { type: "redacted", target }),
      ]);
    }
    const reads = <T>(step: () => T): readonly [T, number] => {
      const before = rows.read;
      return [step(), rows.read - before];
    };
    const viewer = viewerOf(store, simulatedSigning("alice").author);
    const [shown, readToShow] = reads(() => shownNow(store, said!, viewer));
    assertEquals([shown?.text, shown?.hasMoreSigns], ["message 1", true]);
    assertEquals([shown?.reactions[0]?.by.length, readToShow], [SIGNS_LOOKED_AT_MAX, SIGNS_LOOKED_AT_MAX + 1]);
    const again = by(1_999, 9_000, { type: "reacted", target, sign: "+" });
    const [change, readToTell] = reads(() => {
      store.put([again]);
      return changeOf(store, again);
    });
    assertEquals([change?.isTakenBack, change?.before, readToTell], [true, "message 1", 1]);
  }, { connect });
});

test("a file of the second version is brought to this one: what names an entry still decides how it reads", (path) => {
  const said = entryOf(1, { text: "helo" });
  const { hash: target } = said;
  const edit = entryOf(2, { content: { type: "edited", target, text: "hello" } });
  const sign = entryOf(3, { content: { type: "reacted", target, sign: "+" } });
  const [gone, redaction] = [entryOf(4), entryOf(5, { content: { type: "redacted", target: entryOf(4).hash } })];
  const torn = entryOf(6, { content: { type: "reacted", target, sign: "-" } });
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")));
  const db = new DatabaseSync(path);
  for (const migration of MIGRATIONS.slice(0, 2)) db.exec(migration);
  db.exec(`insert into rooms values (1, 'dev'); insert into logs values (1, '${ALICE}'); pragma user_version = 2`);
  const insert = db.prepare(`
    insert into entries (room, log, sequence, forked, order_ms, order_count, wall_ms, received_ms, hash, target, speaker, bytes)
    values (1, 1, ?, 0, ?, 0, ?, ?, ?, ?, 'alice', ?)
  `);
  for (const entry of [said, edit, sign, gone, redaction, torn]) {
    const { sequence: number, content } = entry;
    const named = "target" in content ? bytesOf(content.target) : null;
    const bytes = entry === torn ? new Uint8Array([0xc0]) : entry.bytes;
    insert.run(number, number, number, number, bytesOf(entry.hash), named, bytes);
  }
  db.exec("update totals set entries = 6, bytes = 600");
  db.close();
  using(path, (store) => {
    assertEquals([store.note, store.trouble, store.counters()["entries"]], [undefined, undefined, 6]);
    assertEquals([store.decisive(said), store.decisive(gone)], [edit, redaction]);
    assertEquals(store.signs(DEV, target, 9), [sign]);
    store.put([torn]); // whoever sends it again mends it
    assertEquals(store.signs(DEV, target, 9), [sign, torn]);
    assertEquals(store.range(DEV, ALICE, 1, 9, 9).length, 6);
  });
  using(path, (store) => assertEquals(store.signs(DEV, target, 9), [sign, torn]));
});

test("no question makes SQLite read a whole table", (path) => {
  const plans: string[] = [];
  const explaining = (path: string) =>
    new class extends DatabaseSync {
      override prepare(sql: string): StatementSync {
        if (/\b(entries|texts|logs)\b/.test(sql) && !/^\s*(insert into \w+ \(\w+\)|create|pragma)/.test(sql)) {
          for (const { detail } of super.prepare(`explain query plan ${sql}`).all()) plans.push(String(detail));
        }
        return super.prepare(sql);
      }
    }(path);
  opened(path, { connect: explaining }).close();
  assert(plans.length > 40, `${plans.length}`);
  // By age with a limit, and what waits for the index, which is little.
  const bounded = /^SCAN (entries USING INDEX entries_by_age|texts USING (COVERING )?INDEX texts_to_index)$/;
  assertEquals(plans.filter((plan) => /^SCAN (entries|texts|logs)\b/.test(plan) && !bounded.test(plan)), []);
  // Within a room by its order with a limit, its pieces once, once how many contradict their logs, and whether it has anything.
  const ofRoom = plans.filter((plan) => /^SEARCH entries .*\(room=\?\)$/.test(plan));
  assertEquals(ofRoom.length, 5, ofRoom.join("\n"));
});

test("row 70: after a kill in the middle of writing, all that was flushed is there and the file is whole", async (path) => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", new URL("history_writer.ts", import.meta.url).pathname, path],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let flushed = 0;
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const text of lines) {
    flushed = Math.max(flushed, ...text.split("\n").map(Number));
    if (flushed >= 300) break; // it goes on writing
  }
  child.kill("SIGKILL");
  await child.status;
  using(path, (store) => {
    const numbers = numbersIn(store);
    assertEquals(numbers, upTo(numbers.length));
    assert(numbers.length >= flushed, `${numbers.length} of ${flushed}`);
    assertEquals([store.note, store.trouble], [undefined, undefined]);
    assertEquals(store.search({ words: [`message ${flushed}`], limit: 9 }).length >= 1, true);
  });
  const db = new DatabaseSync(path);
  assertEquals(db.prepare("pragma integrity_check").get()?.["integrity_check"], "ok");
  db.exec("insert into found (found) values ('integrity-check')");
  db.close();
});

test("a log of which nothing is left is forgotten, and one with something left is not", (path) => {
  using(path, (store) => {
    store.put([entryOf(1), entryOf(2, { log: BOB }), entryOf(3, { room: OPS })]);
    store.expire({ ageMs: 3 }, 5.5);
    assertEquals(store.rooms(), [OPS]);
  });
  const db = new DatabaseSync(path);
  assertEquals(db.prepare("select log from logs").all().map(({ log }) => log), [ALICE]);
  db.close();
});
