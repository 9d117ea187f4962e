import type { Registry } from "./registry.ts";

/** Where the data of a registry outlives its process. The registry is its only user, and never hears an exception. */
export interface RegistryStore {
  /** What was saved last; `undefined` if nothing was. */
  load(): Registry | undefined;
  /** Replaces what is stored, as a whole or not at all; says why if it could not. Done when it returns. */
  save(registry: Registry): string | undefined;
}
