import type { Key } from "../../../transport/wire/key.ts";
import { Keyring, KEYS_MAX } from "../../../transport/wire/keyring.ts";
import { type Command, type CommandCall, type CommandOutcome, type CommandPeer, failed } from "../command.ts";
import { visible } from "../visible.ts";

/**
 * The keys of this peer, for exchanging one in a running cluster: install the new one at every peer, then use it at every
 * peer, then remove the old one at every peer. Keys come from files and are shown by fingerprint.
 */
export const KEY_COMMANDS: readonly Command[] = [
  {
    name: "keylist",
    summary: "Show the keys of this peer, by fingerprint; the first seals, all open",
    group: "keys",
    run({ peer, print }) {
      const { keys } = peer.guard.protection.keyring;
      const lines = keys.map((key, at) => `${at + 1}  ${key}${at === 0 ? ", seals" : ""}`);
      print(lines.length === 0 ? "There is no key: what gossip says is not sealed" : lines, {
        keys: keys.map(({ fingerprint }, at) => ({ fingerprint, seals: at === 0 })),
      });
    },
  },
  {
    name: "keyinstall",
    usage: "FILE",
    summary: "Open with the keys in a file as well, until this peer ends",
    group: "keys",
    complete: (peer, stem) => peer.desk.files(stem),
    async run({ text, peer, print }) {
      if (text === "") return "usage";
      let added: readonly Key[];
      try {
        added = (await peer.readKeys(text)).keys;
      } catch (error) {
        return failed(visible(error instanceof Error ? error.message : String(error)));
      }
      const { keyring } = peer.guard.protection; // as it is now: others may have changed it while the file was read
      // To begin with keys, others would have to begin in the same moment, or all lose each other.
      if (keyring.isEmpty) return failed("This peer runs without a key; it can only be started with one: --key-file");
      const news = added.filter((key) => !keyring.has(key));
      const change = Keyring.of([...keyring.keys, ...news]);
      if (!change.ok) {
        return failed(`That would be more than ${KEYS_MAX} keys: keyremove those that are not used any more`);
      }
      peer.guard.changeKeys(change.keyring);
      print(news.length === 0 ? "All keys in the file are installed already" : news.map((key) => `Installed ${key}`), {
        installed: news.map(({ fingerprint }) => fingerprint),
      });
    },
  },
  {
    name: "keyuse",
    usage: "N|FINGERPRINT",
    summary: "Seal with this key from now on; all peers should have it installed",
    group: "keys",
    complete: fingerprints,
    run: (call) =>
      changeBy(call, (keyring, key) => {
        const change = keyring.use(key);
        return change.ok ? { keyring: change.keyring, said: `Sealing with ${key}` } : NOT_THERE;
      }),
  },
  {
    name: "keyremove",
    usage: "N|FINGERPRINT",
    summary: "Open nothing with this key any more; no peer should seal with it",
    group: "keys",
    complete: fingerprints,
    run: (call) =>
      changeBy(call, (keyring, key) => {
        const change = keyring.remove(key);
        if (change.ok) return { keyring: change.keyring, said: `Removed ${key}` };
        return { why: `${key} is what this peer seals with: keyuse another one first` };
      }),
  },
];

type Changed = Readonly<{ keyring: Keyring; said: string }> | Readonly<{ why: string }>;

const NOT_THERE = { why: "There is no such key: keylist shows them" };

/** Does something with the key that was typed as a number of `keylist` or as a fingerprint. */
function changeBy(
  { args, peer, print }: CommandCall,
  change: (keyring: Keyring, key: Key) => Changed,
): CommandOutcome {
  if (args.length !== 1) return "usage";
  const { keyring } = peer.guard.protection;
  const key = keyNamed(keyring, args[0]!);
  const changed = key === undefined ? NOT_THERE : change(keyring, key);
  if ("why" in changed) return failed(changed.why);
  peer.guard.changeKeys(changed.keyring);
  print(changed.said, { key: key!.fingerprint });
}

/** A fingerprint has eight digits, which no number in the list has. */
function keyNamed({ keys }: Keyring, name: string): Key | undefined {
  return /^\d{1,2}$/.test(name)
    ? keys[Number(name) - 1]
    : keys.find(({ fingerprint }) => fingerprint === name.toLowerCase());
}

function fingerprints(peer: CommandPeer): readonly string[] {
  return peer.guard.protection.keyring.keys.map(({ fingerprint }) => fingerprint);
}
