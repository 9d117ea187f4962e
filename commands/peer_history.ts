import type { HistoryDeps } from "../actors/chat_room.ts";
import { MemoryStore } from "../actors/history/memory_store.ts";
import { Sealing } from "../actors/history/sealing.ts";
import { signerFrom, verifies } from "../actors/history/signing.ts";
import type { HistoryStore } from "../actors/history/store.ts";
import type { PeerName } from "../actors/peer_name.ts";
import { randomBytes } from "../actors/runtime/random.ts";
import { dataDirectory } from "../config/places.ts";
import { type Environment } from "../config.ts";
import type { Label } from "../transport/wire/label.ts";
import { dataFolder } from "./data_folder.ts";
import { openHistory } from "./history_database.ts";
import { identityFilePath, openIdentity } from "./identity_file.ts";

/** Who this peer is in its cluster, and what was said there; or why it must not start. */
type PeerHistory =
  | Readonly<{
    ok: true;
    history: HistoryDeps;
    /** What the person should know of how these were found. */
    notes: readonly string[];
    close(): void;
  }>
  | Readonly<{ ok: false; why: string }>;

/**
 * Opens what a peer keeps of a cluster. Without a disk it chats all the same, and says what that costs; `troubled` is told
 * when that comes later.
 */
export async function openPeerHistory(
  name: PeerName,
  label: Label,
  env: Environment,
  troubled: (why: string) => void,
): Promise<PeerHistory> {
  const directory = dataDirectory(env);
  const folder = directory === undefined ? undefined : dataFolder(directory, label, name);
  const identity = await openIdentity(folder === undefined ? undefined : identityFilePath(folder), randomBytes);
  if (!identity.ok) return identity;
  const opened = openStore(folder, troubled);
  if (!opened.ok) return opened;
  const { store, note } = opened;
  const { author, sign } = signerFrom(identity.seed);
  const bootedMs = bootedAtMs();
  const isDamaged = (store.counters()["damaged"] ?? 0) > 0; // what we said last may have been there
  const mayLack = isDamaged || wentDown(store.recall(OPEN_SINCE), bootedMs);
  store.remember(OPEN_SINCE, String(bootedMs));
  store.flush();
  const notes = [identity.trouble, note ?? store.trouble].filter((line) => line !== undefined);
  return {
    ok: true,
    history: { store, signing: { author, sign, verifies }, sealer: new Sealing(identity.seed, randomBytes), mayLack },
    notes,
    close() {
      store.remember(OPEN_SINCE, undefined);
      store.close();
    },
  };
}

/** While a history is open, it has the start of the machine that it was opened in. */
const OPEN_SINCE = "open since";

/** Two that are nearer are the same start of the machine: what tells them is read from two clocks. */
const SAME_BOOT_MS = 60_000;

/** Whether the machine went down since, as far as the clocks tell; where nothing tells, it is better to think so. */
function wentDown(openSince: string | undefined, bootedMs: number | undefined): boolean {
  if (openSince === undefined) return false;
  return bootedMs === undefined || !(Math.abs(bootedMs - Number(openSince)) <= SAME_BOOT_MS);
}

/** When the machine was started, by its clock of today. */
function bootedAtMs(): number | undefined {
  try {
    return Math.round(Date.now() - 1_000 * Deno.osUptime());
  } catch {
    return undefined; // it is not permitted
  }
}

type Opened = Readonly<{ ok: true; store: HistoryStore; note?: string }> | Readonly<{ ok: false; why: string }>;

function openStore(folder: string | undefined, troubled: (why: string) => void): Opened {
  if (folder === undefined) return { ok: true, store: new MemoryStore() };
  const opened = openHistory(`${folder}/history.db`, { troubled });
  if (opened.ok || opened.reason !== "unusable") return opened;
  const trouble = `What is said is not stored: ${opened.why}`;
  return { ok: true, store: new MemoryStore({ trouble }) };
}
