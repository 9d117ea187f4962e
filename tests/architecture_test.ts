/** The shape that ARCHITECTURE.md promises, checked on the source: who may import whom, and who may touch the world. */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url).pathname;

type Source = Readonly<{ path: string; code: string; imports: readonly Import[] }>;
type Import = Readonly<{ target: string; typeOnly: boolean; names: readonly string[] }>;

/** Every layer, most specific first, and what it may import besides itself and npm packages. */
const LAYERS: readonly (readonly [layer: string, mayImport: readonly string[]])[] = [
  ["actors/runtime/", []],
  ["transport/wire/", []],
  ["transport/", ["transport/wire/", "actors/runtime/"]],
  ["actors/", ["actors/runtime/", "transport/", "transport/wire/"]],
  ["bootstrap/", ["actors/", "actors/runtime/", "transport/"]],
  ["config/", ["actors/", "bootstrap/", "transport/", "transport/wire/"]],
  ["config.ts", ["config/", "bootstrap/", "transport/", "transport/wire/"]],
  ["version.ts", []],
  ["web/", ["transport/"]],
  ["sim/", ["actors/", "actors/runtime/", "bootstrap/", "transport/", "transport/wire/"]],
  [
    "commands/",
    [
      "actors/",
      "actors/runtime/",
      "bootstrap/",
      "config.ts",
      "config/",
      "sim/",
      "transport/",
      "transport/wire/",
      "version.ts",
      "web/",
    ],
  ],
  ["main.ts", ["commands/", "actors/", "version.ts"]],
];

/** The world: clocks, timers, dice, sockets, files, the terminal. */
const WORLD =
  /\b(Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|crypto\.|Deno\.|fetch\(|console\.|new Worker|process\.)/;

/** The only product files that may touch the world, and why. */
const DOORS: readonly string[] = [
  "actors/runtime/clock.ts", // the clock of this machine
  "actors/runtime/random.ts", // the seed of the operating system
  "transport/deno_transport", // the sockets
  "commands/", // terminal, files, signals
  "main.ts", // arguments and exit code
];

/** The only files that may open sockets. */
const SOCKET_DOORS: readonly string[] = [
  "transport/deno_transport",
  "commands/http_post.ts",
  "commands/pipe", // opens nothing: our own streams, where they are pipes
];
const SOCKETS = /Deno\.(listen|connect|serve)|"node:(net|http|https|dgram|tls)"|\bfetch\(/;

async function sources(folder: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(`${path}/`));
    else if (entry.name.endsWith(".ts")) found.push(await read(path));
  }
  return found;
}

async function read(path: string): Promise<Source> {
  const code = withoutComments(await Deno.readTextFile(`${ROOT}${path}`));
  const imports: Import[] = [];
  for (
    const [, keyword, clause = "", target = ""] of code.matchAll(/\b(import|export)\b([^;"'`]*?)\bfrom\s*"([^"]+)"/g)
  ) {
    const names = clause.replace(/[{}]/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "");
    const typeOnly = /^\s*type\b/.test(clause) ||
      (keyword === "import" && names.every((name) => name.startsWith("type ")));
    imports.push({ target, typeOnly, names: names.map((name) => name.replace(/^type\s+/, "").split(/\s/)[0]!) });
  }
  for (const [, target = ""] of code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)) {
    imports.push({ target, typeOnly: true, names: ["*"] });
  }
  return { path, code, imports };
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`\\])\/\/.*$/gm, "$1");
}

async function product(): Promise<Source[]> {
  const folders = ["actors/", "transport/", "bootstrap/", "config/", "commands/", "sim/", "web/"];
  const files = await Promise.all(["main.ts", "config.ts", "version.ts"].map(read));
  return [...files, ...(await Promise.all(folders.map(sources))).flat()];
}

function resolve(from: string, target: string): string {
  return new URL(target, `file:///${from}`).pathname.slice(1);
}

function layerOf(path: string): string {
  const layer = LAYERS.find(([prefix]) => path.startsWith(prefix))?.[0];
  if (layer === undefined) throw new Error(`No layer for ${path}: add it to the table`);
  return layer;
}

Deno.test("dependencies point one way", async () => {
  const wrong: string[] = [];
  for (const { path, imports } of await product()) {
    const layer = layerOf(path);
    const allowed = LAYERS.find(([prefix]) => prefix === layer)![1];
    for (const { target } of imports.filter(({ target }) => target.startsWith("."))) {
      const to = resolve(path, target);
      if (layerOf(to) !== layer && !allowed.includes(layerOf(to))) wrong.push(`${path} imports ${to}`);
    }
  }
  assertEquals(wrong, []);
});

/** A library's decoder believes what an array claims of its length: only what was looked at before is given to it. */
const DECODERS = ["transport/sound_msgpack.ts", "transport/link/envelope.ts"];

Deno.test("no bytes of a stranger are decoded as MessagePack before they were looked at", async () => {
  const wrong = (await product())
    .filter(({ path, code }) =>
      /import \{[^}]*\b(decode|Decoder)\b[^}]*\} from "@msgpack/.test(code) && !path.startsWith("sim/")
    )
    .map(({ path }) => path);
  assertEquals(wrong.filter((path) => !DECODERS.includes(path)), []);
});

Deno.test("no module needs itself to be loaded", async () => {
  const all = await product();
  const needs = new Map(all.map(({ path, imports }) => [
    path,
    imports.filter(({ target, typeOnly }) => !typeOnly && target.startsWith(".")).map(({ target }) =>
      resolve(path, target)
    ),
  ]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) return void cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    if (done.has(path)) return;
    for (const next of needs.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of needs.keys()) visit(path, []);
  assertEquals(cycles, []);
});

Deno.test("clocks, dice, sockets and files enter through the doors only", async () => {
  const wrong = (await product())
    .filter(({ path }) => !DOORS.some((door) => path.startsWith(door)))
    .flatMap(({ path, code }) =>
      code.split("\n").filter((line) => WORLD.test(line)).map((line) => `${path}: ${line.trim()}`)
    );
  assertEquals(wrong, []);
});

Deno.test("sockets are opened in one place", async () => {
  const wrong = (await product())
    .filter(({ path, code }) => !SOCKET_DOORS.some((door) => path.startsWith(door)) && SOCKETS.test(code));
  assertEquals(wrong.map(({ path }) => path), []);
});

Deno.test("the wire imports nothing but itself, checksums and ciphers", async () => {
  const foreign = (await sources("transport/wire/"))
    .flatMap(({ imports }) => imports.map(({ target }) => target))
    .filter((target) => !target.startsWith("./"));
  assertEquals([...new Set(foreign)].sort(), ["@noble/ciphers/aes.js", "node:crypto", "node:zlib"]);
});

Deno.test("the runtime imports nothing but itself", async () => {
  const foreign = (await sources("actors/runtime/"))
    .flatMap(({ imports }) => imports.map(({ target }) => target))
    .filter((target) => !target.startsWith("./"));
  assertEquals(foreign, []);
});

/** The runtime as a library: it imports nothing for itself. */
const LIBRARY = "actors/runtime/mod.ts";

Deno.test("every value that is exported is imported by somebody", async () => {
  const all = await product();
  const used = new Set<string>();
  // That the library hands a thing on is no use of it.
  const importers = [
    ...all.filter(({ path }) => path !== LIBRARY),
    ...await sources("tests/"),
    ...await sources("bench/"),
    ...await sources("tools/"),
  ];
  for (const { path, imports } of importers) {
    for (const { target, names } of imports.filter(({ target }) => target.startsWith("."))) {
      for (const name of names) used.add(`${resolve(path, target)}: ${name}`);
    }
  }
  // What is declared for a package is no value of ours.
  const ours = all.filter(({ path }) => !path.endsWith(".d.ts"));
  const unused = ours.flatMap(({ path, code }) =>
    [...code.matchAll(/^export (?:async )?(?:const|let|function\*?|(?:abstract )?class) (\w+)/gm)]
      .filter(() => !used.has(`${path}: *`))
      .map(([, name]) => `${path}: ${name}`)
      .filter((value) => !used.has(value))
  );
  assertEquals(unused, []);
});

Deno.test("every value that the runtime hands out as a library is used through it, by a test, a page or a benchmark", async () => {
  const { code } = await read(LIBRARY);
  const handedOut = [...code.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "))
  );
  const used = new Set<string>();
  const page = await Deno.readTextFile(`${ROOT}docs/actors.md`);
  for (const text of [...await sources("tests/"), ...await sources("bench/")].map(({ code }) => code).concat(page)) {
    for (const [, names = ""] of text.matchAll(/import \{([^}]*)\} from "[^"]*actors\/runtime\/mod\.ts"/g)) {
      for (const name of names.split(",")) used.add(name.trim());
    }
  }
  assertEquals(handedOut.filter((name) => !used.has(name)), []);
});
