/**
 * Records that several items may hold: side by side where all write the same, one after the other where not.
 */
import type { NestedClaim } from './inside.ts';
import type { WholeItem } from './whole-item.ts';

/** The items that write one record alike. */
interface Holders {
  content: string;
  readonly items: Set<WholeItem>;
  /** Those that wrote something else before. */
  readonly before: readonly WholeItem[];
  /** What took its place. */
  replaced?: Holders;
}

/** A claim to a record that others may hold too. */
export type SharedClaim = NestedClaim & { readonly content: string };

/** Remembers which items write which shared record. */
export class SharedRecords {
  readonly #holders = new Map<string, Holders>();

  /** The items after which one with this claim has to come, and by which name the record is known. */
  before(claim: SharedClaim): { readonly name: string; readonly items: readonly WholeItem[] } {
    const known = this.#knownBy(claim);
    const [only] = known;
    const name = claim.names.find((each) => this.#holders.has(each)) ?? (claim.names[0] as string);
    if (known.length === 1 && only?.content === claim.content) return { name, items: only.before };
    return { name, items: known.flatMap(({ items, before }) => [...items, ...before]) };
  }

  /** The name of a record that keeps an item from making these claims as well, without coming after others. */
  obstacle(item: WholeItem, claims: readonly SharedClaim[]): string | undefined {
    return claims.find((claim) => {
      const known = this.#knownBy(claim);
      const [only] = known;
      if (only === undefined) return false;
      if (known.length > 1) return true;
      if (only.content === claim.content) return !only.items.has(item) && only.before.length > 0;
      return only.items.size > 1 || !only.items.has(item);
    })?.names[0];
  }

  /** Notes that an item makes a claim; what {@link before} names comes before it. */
  take(item: WholeItem, claim: SharedClaim): void {
    const known = this.#knownBy(claim);
    const [only] = known;
    let holders: Holders;
    if (
      known.length === 1 &&
      only !== undefined &&
      (only.content === claim.content || this.#isAlone(only, item))
    ) {
      only.content = claim.content;
      only.items.add(item);
      holders = only;
    } else {
      holders = { content: claim.content, items: new Set([item]), before: this.before(claim).items };
      for (const former of known) former.replaced = holders;
    }
    for (const name of claim.names) this.#holders.set(name, holders);
  }

  #isAlone({ items }: Holders, item: WholeItem): boolean {
    return items.size === 1 && items.has(item);
  }

  #knownBy({ names }: SharedClaim): Holders[] {
    const known = new Set<Holders>();
    for (const name of names) {
      let holders = this.#holders.get(name);
      while (holders?.replaced !== undefined) holders = holders.replaced;
      if (holders === undefined) continue;
      this.#holders.set(name, holders);
      known.add(holders);
    }
    return [...known];
  }
}
