/**
 * What keeps a cluster to itself, for packets and streams alike: its label, its keys, and how strict we are about them.
 * Turned on in a running cluster in three steps: keys everywhere with both switches off, then `verifyOutgoing`, then
 * `verifyIncoming`.
 */
import type { EncryptionVersion, Opening, Sealing } from "./encryption.ts";
import { Keyring } from "./keyring.ts";
import { type Label, NO_LABEL } from "./label.ts";

/** Named as in memberlist's `config.go`. With an empty key ring nothing is encrypted, whatever the switches say. */
export type Protection = Readonly<{
  label: Label;
  /** Something in front of us takes the label off: whatever comes must have none, and counts as having ours. */
  skipInboundLabelCheck: boolean;
  keyring: Keyring;
  /** What we seal with: 1, or 0 if we speak protocol 1. */
  encryptionVersion: EncryptionVersion;
  /** The least version that we open. memberlist always takes 0; where nobody sends that, 1 is safer (`encryption.ts`). */
  encryptionVersionMin: EncryptionVersion;
  /** Refuse what is not encrypted (`GossipVerifyIncoming`); if not, it is taken beside what is. */
  verifyIncoming: boolean;
  /** Encrypt what we send (`GossipVerifyOutgoing`). */
  verifyOutgoing: boolean;
}>;

/** Without label and keys; memberlist's defaults for all the rest. */
export const UNPROTECTED: Protection = {
  label: NO_LABEL,
  skipInboundLabelCheck: false,
  keyring: Keyring.EMPTY,
  encryptionVersion: 1,
  encryptionVersionMin: 0,
  verifyIncoming: true,
  verifyOutgoing: true,
};

/** Whether what we send is encrypted, and each packet or stream therefore needs a new nonce. */
export function isSealing({ keyring, verifyOutgoing }: Protection): boolean {
  return verifyOutgoing && !keyring.isEmpty;
}

/** Whether whoever we hear has proven a key: nothing else is taken. */
export function isProven({ keyring, verifyIncoming }: Protection): boolean {
  return verifyIncoming && !keyring.isEmpty;
}

/** With what to seal, or `undefined` to send in plain. Throws a `TypeError` without a nonce where one is needed. */
export function sealingOf(protection: Protection, nonce: Uint8Array | undefined): Sealing | undefined {
  const key = protection.keyring.primary;
  if (key === undefined || !isSealing(protection)) return undefined;
  if (nonce === undefined) throw new TypeError("Cannot seal without a nonce");
  return { key, version: protection.encryptionVersion, nonce, label: protection.label };
}

/** With what to open. */
export function openingOf({ keyring, encryptionVersionMin, label }: Protection): Opening {
  return { keyring, versionMin: encryptionVersionMin, label };
}

/** The label that must be on what comes in. */
export function expectedLabel({ label, skipInboundLabelCheck }: Protection): Label {
  return skipInboundLabelCheck ? NO_LABEL : label;
}
