/**
 * Who this device is in a cluster: the secret that its author signs with, made at the first start. Nothing replaces a
 * file that is there, whatever it holds: with the secret the identity is gone, and everybody would be warned of its
 * successor.
 */
import * as v from "valibot";
import { AUTHOR_BYTES, type AuthorId } from "../actors/history/author.ts";
import { SEED_BYTES, signerFrom } from "../actors/history/signing.ts";
import type { Secrets } from "../transport/secrets.ts";
import { wordsOf } from "./disk_error.ts";
import { readSecret } from "./secret_file.ts";
import { writeNew } from "./whole_file.ts";

/** The device's secret, or one sentence about why the peer must not start. The secret is never quoted. */
type Identity =
  | Readonly<{
    ok: true;
    seed: Uint8Array;
    author: AuthorId;
    /** Kept by an earlier run or another process, made and kept by this one, or for this run only. */
    origin: "kept" | "made" | "passing";
    /** Why it does not outlive this run, if it doesn't. */
    trouble?: string;
  }>
  | Readonly<{ ok: false; why: string }>;

const FILE_BYTES_MAX = 1024;

const hexOf = (bytes: number) => v.pipe(v.string(), v.regex(/^[0-9a-f]*$/), v.length(2 * bytes));

/** The author says of the secret that it is whole: a changed one would be another's. */
const FILE = v.object({ v: v.literal(1), seed: hexOf(SEED_BYTES), author: hexOf(AUTHOR_BYTES) });

/** The file in a peer's folder. */
export function identityFilePath(folder: string): string {
  return `${folder}/identity.json`;
}

/** Reads the identity, or makes it where there is none; without a `path`, for this run. Never rejects. */
export async function openIdentity(path: string | undefined, secrets: Secrets): Promise<Identity> {
  if (path === undefined) return passing(secrets(SEED_BYTES), "the environment names no home directory to keep it in");
  const found = await readIdentity(path) ?? await makeIdentity(path, secrets(SEED_BYTES));
  if (found !== undefined) return found;
  return await readIdentity(path) ?? refused(path, "it leads nowhere, or was taken away just now");
}

/** `undefined` where there is no file. */
async function readIdentity(path: string): Promise<Identity | undefined> {
  try {
    const text = await readSecret(path, FILE_BYTES_MAX);
    return text.ok ? identityIn(text.value) ?? damaged(path) : refused(path, text.why);
  } catch (error) {
    return isNoFile(error) ? undefined : refused(path, wordsOf(error));
  }
}

/** What cannot even be asked for because Deno does not permit it can only be missing to us. */
function isNoFile(error: unknown): boolean {
  const { NotCapable, NotADirectory, NotFound } = Deno.errors;
  return error instanceof NotFound || error instanceof NotADirectory || error instanceof NotCapable;
}

/** `undefined` where another process was first. */
async function makeIdentity(path: string, seed: Uint8Array): Promise<Identity | undefined> {
  const { author } = signerFrom(seed);
  try {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    const isOurs = await writeNew(path, `${JSON.stringify({ v: 1, seed: seed.toHex(), author })}\n`);
    return isOurs ? { ok: true, seed, author, origin: "made" } : undefined;
  } catch (error) {
    return passing(seed, `cannot write ${path}: ${wordsOf(error)}`);
  }
}

function identityIn(text: string): Identity | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined; // no identity, like any other wrong value
  }
  const parsed = v.safeParse(FILE, json, { abortEarly: true });
  if (!parsed.success) return undefined;
  const seed = Uint8Array.fromHex(parsed.output.seed);
  const { author } = signerFrom(seed);
  return author === parsed.output.author ? { ok: true, seed, author, origin: "kept" } : undefined;
}

function passing(seed: Uint8Array, why: string): Identity {
  const trouble = `the key that this peer signs with is for this run only: ${why}`;
  return { ok: true, seed, author: signerFrom(seed).author, origin: "passing", trouble };
}

function damaged(path: string): Identity {
  return refused(path, "it is damaged; put a copy in its place, or remove it to begin as somebody new to the others");
}

function refused(path: string, why: string): Identity {
  return { ok: false, why: `identity file ${JSON.stringify(path)}: ${why}` };
}
