import type { Address } from "../../../transport/address.ts";

/**
 * After so long it shows what came of a shortcut that was tried. Each time it is twice as long, so that who finds none does
 * not cost others more than the tree is worth.
 */
export const SHORTCUT_REST_MIN_MS = 5_000;

/** Our place in the tree of one author. */
export class Tree {
  /** Who brings us what it says; nobody, as long as nothing has come, and for what we say ourselves. */
  parent: Address | undefined;
  /** Who has it from us. */
  readonly children: Set<Address>;
  /** Before that we ask for no shorter way, and then not for so long. */
  noShortcutBefore = -Infinity;
  shortcutRestMs: number = SHORTCUT_REST_MIN_MS;

  constructor(children: Iterable<Address>) {
    this.children = new Set(children);
  }
}

/** Authors whose trees are kept at once; of one that was heard of longer ago, a tree grows anew with its next word. */
export const TREES_MAX = 512;

/** The trees of the authors who spoke last. */
export class Trees {
  readonly #byAuthor = new Map<string, Tree>();

  get(author: string): Tree | undefined {
    return this.#byAuthor.get(author);
  }

  /** The tree of an author who speaks, which begins with those children. */
  speaking(author: string, children: () => Iterable<Address>): Tree {
    const tree = this.#byAuthor.get(author) ?? new Tree(children());
    this.#byAuthor.delete(author); // set again, it is the youngest
    this.#byAuthor.set(author, tree);
    if (this.#byAuthor.size > TREES_MAX) {
      for (const oldest of this.#byAuthor.keys()) {
        this.#byAuthor.delete(oldest);
        break;
      }
    }
    return tree;
  }

  entries(): Iterable<[author: string, Tree]> {
    return this.#byAuthor;
  }
}
