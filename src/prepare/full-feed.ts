/**
 * Puts the items of a full feed into requests: undivided but along its scopes. Fields that only some items of
 * a scope carry follow as changes, after the job of the FullFile request.
 */
import type { Breather } from './breather.ts';
import { CommonFields } from './common-fields.ts';
import { bodyBytes, byScope, packScopes } from './cut.ts';
import { groupItems } from './group.ts';
import type { Preparation } from './preparation.ts';
import { Uncuttable } from './record-tree.ts';
import { changeRequests, toRequest } from './requests.ts';
import type { SerialisedItem } from './serialised-item.ts';
import { slicesUnder, treeOf } from './slices.ts';
import type { PreparedRequest } from './types.ts';
import type { Warnings } from './warnings.ts';
import { partsOf } from './whole-item.ts';

/** Items of whole scopes under the fields that all of them carry. */
interface Uniform {
  readonly carried: readonly number[];
  readonly scopes: SerialisedItem[][];
}

/** What the items of one scope come to. */
interface CutScope {
  readonly first: SerialisedItem[];
  readonly rest: SerialisedItem[];
}

/**
 * The parts of an item of a full feed: first what all items have in common, then what follows as changes.
 *
 * @param masks The common fields per header list.
 * @throws {Uncuttable} where it cannot be cut like that.
 */
export function partsUnder(
  item: SerialisedItem,
  masks: readonly number[],
  preparation: Preparation,
): { readonly first: SerialisedItem; readonly rest: readonly SerialisedItem[] } {
  const { indexes, key, scope, text, carried } = item;
  const slices = slicesUnder(treeOf(item.record, preparation), masks, preparation);
  const [first, ...rest] = partsOf({ indexes, key, scope, content: { text, carried, slices } }, []);
  return { first: first as SerialisedItem, rest };
}

/**
 * The fields that all records of a feed have in common.
 *
 * @throws {Uncuttable} where there are none, or where a field that the first request needs is not common.
 */
export function masksOf(common: CommonFields): readonly number[] {
  const masks = common.masks();
  if (!common.areWritten(masks)) throw new Uncuttable('They have no field in common but keys.');
  return masks;
}

async function cutScope(
  items: readonly SerialisedItem[],
  preparation: Preparation,
  breather: Breather,
): Promise<CutScope> {
  const common = new CommonFields(preparation);
  for (const { record } of items) {
    await breather.pause();
    common.add(treeOf(record, preparation));
  }
  const masks = masksOf(common);
  const first: SerialisedItem[] = [];
  const rest: SerialisedItem[] = [];
  for (const item of items) {
    await breather.pause();
    const parts = partsUnder(item, masks, preparation);
    first.push(parts.first);
    rest.push(...parts.rest);
  }
  return { first, rest };
}

/** Nothing may follow what a switch clears before. */
export function clearsFirst(): Uncuttable {
  return new Uncuttable('A switch that clears first takes all of it in one request.');
}

/** What was to go first cannot stand in one request. */
export function noTrueList(): Uncuttable {
  return new Uncuttable('No field list is true for all of it.');
}

/** How the fields that follow a full feed are sent: as changes, which deactivate and reset nothing. */
export function asChanges(preparation: Preparation): Preparation {
  const { options, plan } = preparation;
  const modifiers = plan.modifiers.map((list) =>
    list.filter(({ name }) => name !== 'FullfileResetInheritance'),
  );
  return {
    ...preparation,
    options: { ...options, fullFile: false },
    plan: { ...plan, modifiers },
    cutBy: [],
    bounds: [],
  };
}

/**
 * Requests of a feed that must not be divided but along its scopes.
 *
 * @param items Whole items.
 * @throws {Uncuttable} where the items of a scope carry different fields, and the feed cannot be cut so that
 *   what they have in common goes first.
 */
export async function wholeRequests(
  items: readonly SerialisedItem[],
  preparation: Preparation,
  breather: Breather,
  warnings: Warnings,
): Promise<PreparedRequest[]> {
  const { options, plan, cutBy } = preparation;
  const isSmall = items.length <= options.maximumItems && bodyBytes(items) <= options.maximumBytes;
  const whole = groupItems(items, plan);
  const [only] = whole;
  if (
    only !== undefined &&
    whole.length === 1 &&
    items.every(({ isUniform }) => isUniform) &&
    (isSmall || cutBy.length === 0)
  ) {
    return [toRequest(only.items, only.carried, preparation)];
  }
  const uniform = new Map<string, Uniform>();
  const rests: SerialisedItem[] = [];
  for (const scope of byScope(items)) {
    let [group, ...others] = groupItems(scope, plan);
    if (others.length > 0 || scope.some(({ isUniform }) => !isUniform)) {
      if (plan.clearsFirst) throw clearsFirst();
      const { first, rest } = await cutScope(scope, preparation, breather);
      for (const item of rest) rests.push(item);
      [group, ...others] = groupItems(first, plan);
    }
    if (group === undefined || others.length > 0) throw noTrueList();
    const key = group.carried.join();
    const known = uniform.get(key);
    if (known === undefined) uniform.set(key, { carried: group.carried, scopes: [group.items] });
    else known.scopes.push(group.items);
  }
  const requests = [...uniform.values()].flatMap(({ carried, scopes }) =>
    packScopes(scopes, options).map((pack) => toRequest(pack, carried, preparation)),
  );
  return [...requests, ...changeRequests(rests, asChanges(preparation), warnings)];
}
