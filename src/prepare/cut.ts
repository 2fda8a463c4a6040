/**
 * Cuts items into requests of bounded size, and full feeds only where that deactivates nothing of their own.
 */
interface Measured {
  readonly bytes: number;
}

/** Bounds of one request. */
export interface SizeLimit {
  readonly maximumItems: number;
  readonly maximumBytes: number;
}

/** Length in bytes of a JSON array of items: brackets, and a comma between each two. */
export function bodyBytes(items: readonly Measured[]): number {
  return items.reduce((sum, item) => sum + item.bytes + 1, 1) + (items.length === 0 ? 1 : 0);
}

function packed<Part>(
  parts: readonly Part[],
  size: (part: Part) => { items: number; bytes: number },
  limit: SizeLimit,
): Part[][] {
  const packs: Part[][] = [];
  let items = 0;
  let bytes = 1;
  for (const part of parts) {
    const added = size(part);
    const last = packs.at(-1);
    const fits = items + added.items <= limit.maximumItems && bytes + added.bytes <= limit.maximumBytes;
    if (last !== undefined && fits) {
      last.push(part);
    } else {
      packs.push([part]);
      items = 0;
      bytes = 1;
    }
    items += added.items;
    bytes += added.bytes;
  }
  return packs;
}

/** Items in order, cut so that no request exceeds the limit; an item that is larger stands alone. */
export function cutItems<Item extends Measured>(items: readonly Item[], limit: SizeLimit): Item[][] {
  return packed(items, (item) => ({ items: 1, bytes: item.bytes + 1 }), limit);
}

/** Items by the scope of a full feed to which they belong, in order of first occurrence. */
export function byScope<Item extends { readonly scope: string }>(items: readonly Item[]): Item[][] {
  const scopes = new Map<string, Item[]>();
  for (const item of items) {
    const scope = scopes.get(item.scope);
    if (scope === undefined) scopes.set(item.scope, [item]);
    else scope.push(item);
  }
  return [...scopes.values()];
}

/** Whole scopes put together into requests; one that is larger than the limit stays whole, alone. */
export function packScopes<Item extends Measured>(scopes: readonly Item[][], limit: SizeLimit): Item[][] {
  const size = (scope: readonly Item[]) => ({ items: scope.length, bytes: bodyBytes(scope) });
  return packed(scopes, size, limit).map((pack) => pack.flat());
}
