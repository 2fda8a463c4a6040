/**
 * Puts checked items into requests: items with the same field lists together, stage by stage.
 */
import { bodyBytes, cutItems } from './cut.ts';
import { groupItems, splittingFields } from './group.ts';
import { requestHeader } from './header.ts';
import type { Preparation } from './preparation.ts';
import type { SerialisedItem } from './serialised-item.ts';
import type { FeedCounts, PreparedRequest } from './types.ts';
import type { Warnings } from './warnings.ts';

/** More requests than this for field lists alone earn a warning: nearly half a minute's budget. */
const manyRequests = 25;

/** More stages than this earn a warning: each waits for the jobs of the one before it. */
const manyStages = 10;

/** How many of the fields that split most a warning names. */
const mostNamedFields = 3;

/** How many items lie within each bound of a full feed. */
function countsOf(items: readonly SerialisedItem[]): FeedCounts {
  const counts = new Map<string, number>();
  for (const { scope } of items) counts.set(scope, (counts.get(scope) ?? 0) + 1);
  return [...counts];
}

/** One request of items of one stage. */
export function toRequest(
  items: readonly SerialisedItem[],
  carried: readonly number[],
  preparation: Preparation,
): PreparedRequest {
  const { outline, plan, options } = preparation;
  return {
    header: requestHeader(outline, plan, options, carried),
    stage: items[0]?.stage ?? 0,
    items,
    bytes: bodyBytes(items),
    ...(options.fullFile ? { counts: countsOf(items) } : {}),
  };
}

function byStage(items: readonly SerialisedItem[]): SerialisedItem[][] {
  const stages: SerialisedItem[][] = [];
  for (const item of items) {
    while (stages.length <= item.stage) stages.push([]);
    stages[item.stage]?.push(item);
  }
  return stages;
}

/** The request with some of its items only; its header is true for them too. */
export function withItems(
  request: PreparedRequest,
  items: readonly PreparedRequest['items'][number][],
): PreparedRequest {
  return { ...request, items, bytes: bodyBytes(items) };
}

/** Requests of changes: items of one stage with the same field lists, cut to the size limit. */
export function changeRequests(
  items: readonly SerialisedItem[],
  preparation: Preparation,
  warnings: Warnings,
): PreparedRequest[] {
  const { options, outline, plan } = preparation;
  const stages = byStage(items);
  const groups = stages.flatMap((stage) => groupItems(stage, plan));
  if (groups.length > manyRequests) {
    const names = splittingFields(groups, outline, mostNamedFields).join('; ');
    const most = names === '' ? '' : `; most of it by ${names}`;
    warnings.add('MANY_REQUESTS', `Items that carry different fields make ${groups.length} requests${most}.`);
  }
  if (stages.length > manyStages) {
    warnings.add(
      'MANY_STAGES',
      `Changes of one record that cannot be joined make ${stages.length} stages, each of which waits for the jobs of the one before it.`,
    );
  }
  return groups.flatMap((group) =>
    cutItems(group.items, options).map((cut) => toRequest(cut, group.carried, preparation)),
  );
}
