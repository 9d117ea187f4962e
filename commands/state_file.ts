/**
 * What a peer must not forget between two runs, in a small file of its own. Nothing here throws over what a disk does:
 * a peer without its file is a newcomer, which is no reason not to start.
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { CONTACTS_KEPT_MAX } from "../actors/peer/memory.ts";
import type { PeerName } from "../actors/peer_name.ts";
import { type Address, parseAddress } from "../transport/address.ts";
import { wordsOf } from "./disk_error.ts";
import { writeWhole } from "./whole_file.ts";

/** What outlives a run. A peer that returns with a lower incarnation would be taken for its own past. */
export type PeerState = {
  /** Version of this format. */
  readonly v: 1;
  /** Where it listened last, so that it can be found at the same place. */
  readonly port: number;
  readonly incarnation: number;
  /** Where others were, if we did not say goodbye to them. Files of earlier versions have none. */
  readonly contacts?: readonly Address[] | undefined;
};

/** The state, or why there is none. `missing` is how every peer begins; the others deserve a word to the user. */
type LoadedState =
  | { readonly ok: true; readonly state: PeerState }
  | { readonly ok: false; readonly reason: "missing" | "unreadable" | "corrupt"; readonly why: string };

/** Whether the state is on disk. */
type SavedState = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** The file of a peer's state. Two names never share one, at least where file names keep their case. */
export function stateFilePath(directory: string, name: PeerName): string {
  return `${stateFileBase(directory, name)}.json`;
}

/** What all files begin with that a peer keeps for itself; an end that tells them apart follows. */
export function stateFileBase(directory: string, name: PeerName): string {
  return `${directory}/${fileNameOf(name)}`;
}

/** Reads the state of an earlier run. */
export async function loadState(path: string): Promise<LoadedState> {
  const text = await readText(path);
  if (!text.ok) return text;
  const parsed = v.safeParse(STATE, parseJson(text.text), { abortEarly: true });
  if (parsed.success) return { ok: true, state: parsed.output };
  return { ok: false, reason: "corrupt", why: `${path} does not hold a peer's state` };
}

/** Writes the state; see {@linkcode writeWhole} for what holds then. */
export async function saveState(path: string, state: PeerState): Promise<SavedState> {
  try {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    await writeWhole(path, `${JSON.stringify(state)}\n`);
    return { ok: true };
  } catch (error) {
    return { ok: false, why: `cannot write ${path}: ${wordsOf(error)}` };
  }
}

/** Below the 255 bytes of a file name, with room for the suffixes. */
const FILE_NAME_CHARACTERS_MAX = 150;

const FILE_BYTES_MAX = 4 * 1024;

const ADDRESS = v.custom<Address>((value) => typeof value === "string" && parseAddress(value) === value);

const STATE = v.object({
  v: v.literal(1),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  incarnation: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  contacts: v.optional(v.pipe(v.array(ADDRESS), v.maxLength(CONTACTS_KEPT_MAX))),
});

/**
 * A file's name that no other name leads to. Encoding triples the bytes of foreign letters; what gets too long for a file
 * name ends with its hash instead.
 */
export function fileNameOf(name: string): string {
  const encoded = encodeURIComponent(name);
  if (encoded.length <= FILE_NAME_CHARACTERS_MAX) return encoded;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return `${encoded.slice(0, FILE_NAME_CHARACTERS_MAX - hash.length - 1)}~${hash}`;
}

type ReadText = { readonly ok: true; readonly text: string } | (LoadedState & { readonly ok: false });

async function readText(path: string): Promise<ReadText> {
  try {
    const { isFile, size } = await Deno.stat(path); // a pipe would never end, a large file is none of ours
    if (!isFile || size > FILE_BYTES_MAX) return { ok: false, reason: "corrupt", why: `${path} is not a state file` };
    return { ok: true, text: await Deno.readTextFile(path) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ok: false, reason: "missing", why: `${path} does not exist` };
    return { ok: false, reason: "unreadable", why: `cannot read ${path}: ${wordsOf(error)}` };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not the state, like any other wrong value
  }
}
