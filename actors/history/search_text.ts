import type { LogEntry } from "./entry.ts";

/** Text as it is compared in a search: small letters, no marks above or below them. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC").toLowerCase();
}

/** Who is shown as the speaker: the guest where there is one, else the author, by the name that it claimed. */
export function speakerOf({ name, content }: LogEntry): string {
  return "guest" in content && content.guest !== undefined ? content.guest : name;
}
