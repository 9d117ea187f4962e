/**
 * So many bytes that nobody can foretell, new each time: what ephemeral keys are made of. In a peer they are the
 * operating system's (`randomBytes` of the runtime), never a seeded generator's; in a simulation, where there is nothing
 * to keep secret and every run must be like the last, they are.
 */
export type Secrets = (length: number) => Uint8Array;
