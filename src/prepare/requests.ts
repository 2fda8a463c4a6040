/**
 * Puts checked items into requests: a change feed in groups, a full feed undivided.
 */
import { bodyBytes, byScope, cutItems, packScopes } from './cut.ts';
import { groupItems, splittingFields } from './group.ts';
import { requestHeader } from './header.ts';
import type { Preparation } from './preparation.ts';
import type { SerialisedItem } from './serialised-item.ts';
import type { PreparedRequest } from './types.ts';
import type { Warnings } from './warnings.ts';

/** More requests than this for field lists alone earn a warning: nearly half a minute's budget. */
const manyRequests = 25;

/** How many of the fields that split most a warning names. */
const mostNamedFields = 3;

function toRequest(
  items: readonly SerialisedItem[],
  carried: readonly number[],
  preparation: Preparation,
): PreparedRequest {
  const { outline, plan, options } = preparation;
  return {
    header: requestHeader(outline, plan, options, carried),
    items,
    bytes: bodyBytes(items),
  };
}

/** Requests of a change feed: items with the same field lists, cut to the size limit. */
export function changeRequests(
  items: readonly SerialisedItem[],
  preparation: Preparation,
  warnings: Warnings,
): PreparedRequest[] {
  const { options, outline, plan } = preparation;
  const groups = groupItems(items, plan);
  if (groups.length > manyRequests) {
    const names = splittingFields(groups, outline, mostNamedFields).join('; ');
    warnings.add(
      'MANY_REQUESTS',
      `Items that carry different fields make ${groups.length} requests; most of it by ${names}.`,
    );
  }
  return groups.flatMap((group) =>
    cutItems(group.items, options).map((cut) => toRequest(cut, group.carried, preparation)),
  );
}

/**
 * Requests of a feed that must not be divided but along its scopes; undefined when its items carry different
 * fields.
 */
export function wholeRequests(
  items: readonly SerialisedItem[],
  preparation: Preparation,
): PreparedRequest[] | undefined {
  const { options, plan, cutBy } = preparation;
  const isSmall = items.length <= options.maximumItems && bodyBytes(items) <= options.maximumBytes;
  const whole = groupItems(items, plan);
  if (whole.length === 1 && (isSmall || cutBy.length === 0)) {
    return whole.map((group) => toRequest(group.items, group.carried, preparation));
  }
  const scopes = byScope(items);
  const requests: PreparedRequest[] = [];
  const uniform = new Map<string, { carried: readonly number[]; scopes: SerialisedItem[][] }>();
  for (const scope of scopes) {
    const [group, ...others] = groupItems(scope, plan);
    if (group === undefined || others.length > 0) return undefined;
    const key = group.carried.join();
    const known = uniform.get(key);
    if (known === undefined) uniform.set(key, { carried: group.carried, scopes: [group.items] });
    else known.scopes.push(group.items);
  }
  for (const { carried, scopes: same } of uniform.values()) {
    for (const pack of packScopes(same, options)) requests.push(toRequest(pack, carried, preparation));
  }
  return requests;
}
