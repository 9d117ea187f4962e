import type { LogEntry } from "./entry.ts";

/** Text as it is compared in a search: small letters, and no accents on them (Unicode's block of those, U+0300 to U+036F). */
export function folded(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").replaceAll("ς", "σ");
}

/** Who is shown as the speaker: the guest where there is one, else the author, by the name that it claimed. */
export function speakerOf({ name, content }: LogEntry): string {
  return "guest" in content && content.guest !== undefined ? content.guest : name;
}
