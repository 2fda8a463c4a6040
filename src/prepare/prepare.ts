/**
 * Items in, requests out: each with field lists that are true for every record in it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ImportName, unusualSkuTypes } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { checkItem, importErrors } from './check-item.ts';
import { Duplicates, type KeyedItem } from './duplicates.ts';
import type { CarryingItem } from './group.ts';
import type { CarriedFields } from './header.ts';
import { type Inspection, inspect } from './inspect.ts';
import type { Preparation } from './preparation.ts';
import { recordsIn } from './records.ts';
import { changeRequests, wholeRequests } from './requests.ts';
import type { ItemError, ItemRecord, Prepared, PrepareOptions, RejectedItem } from './types.ts';
import { Warnings } from './warnings.ts';

/** Longest time in ms that preparing keeps the event loop for itself. */
const longestSlice = 12;

/** Gives the event loop its turn when the time is up. */
class Breather {
  #since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#since < longestSlice) return;
    await nextTurn();
    this.#since = performance.now();
  }
}

/** What the author should know about an item that can be sent. */
function warningsOf(inspection: Inspection, name: ImportName): (readonly [code: string, message: string])[] {
  const inserts = [...inspection.missingForInsert].map(
    (place) =>
      [
        'NEEDED_FOR_INSERT',
        `${place} is missing: existing records are updated, a new one would not be created.`,
      ] as const,
  );
  if (name !== 'import-products') return inserts;
  const skus = recordsIn(inspection.record.Variants).flatMap((variant) => recordsIn(variant.Skus));
  const types = skus.flatMap(({ Type }) =>
    typeof Type === 'number' && unusualSkuTypes.has(Type)
      ? [['SKU_TYPE_UNUSUAL', `SKU type ${Type} is outdated or not in Norce's reference.`] as const]
      : [],
  );
  return [...inserts, ...types];
}

/** What a thrown value says; items may throw whatever they like, even what cannot be read itself. */
function messageOf(thrown: unknown): string {
  try {
    return String(asError(thrown).message);
  } catch {
    return 'no reason is given';
  }
}

function unreadable(thrown: unknown): ItemError {
  return { path: '', code: 'NOT_JSON', message: `The item cannot be read: ${messageOf(thrown)}` };
}

/** The JSON text of a record and the fields that it carries, or why there is none or it is too long. */
function serialise(
  keyed: KeyedItem,
  options: PrepareOptions,
  carriedBy: (keyed: KeyedItem) => CarriedFields,
): CarryingItem | ItemError {
  let text: string;
  let carried: CarriedFields;
  try {
    text = JSON.stringify(keyed.record);
    carried = carriedBy(keyed);
  } catch (thrown) {
    return {
      path: '',
      code: 'NOT_JSON',
      message: `The item cannot be written as JSON: ${messageOf(thrown).split('\n')[0]}`,
    };
  }
  const bytes = Buffer.byteLength(text);
  if (bytes + 2 > options.maximumBytes) {
    return {
      path: '',
      code: 'ITEM_TOO_LARGE',
      message: `The item has ${bytes} bytes, a request may have ${options.maximumBytes}.`,
    };
  }
  return { indexes: keyed.indexes, key: keyed.identity.key, record: keyed.record, text, bytes, carried };
}

interface Collected {
  readonly items: readonly CarryingItem[];
  readonly rejected: readonly RejectedItem[];
}

async function collect(
  given: readonly unknown[],
  preparation: Preparation,
  warnings: Warnings,
): Promise<Collected> {
  const { options, outline, plan } = preparation;
  const breather = new Breather();
  const rejected: RejectedItem[] = [];
  const reject = (index: number, errors: readonly ItemError[], key?: string): void => {
    rejected.push({ index, item: given[index], errors, ...(key === undefined ? {} : { key }) });
  };
  const recheck = (record: ItemRecord) => inspect(record, outline, plan);
  const isSendable = (record: ItemRecord) => {
    const { differing, errors } = recheck(record);
    return (
      [...errors, ...importErrors(record, preparation)].length === 0 && differing.every((mask) => mask === 0)
    );
  };
  const duplicates = new Duplicates(outline, plan, options.fullFile, isSendable);
  const inspections = new Map<string, Inspection>();

  for (const [index, item] of given.entries()) {
    await breather.pause();
    try {
      const checked = checkItem(item, index, preparation);
      if ('errors' in checked) {
        reject(index, checked.errors, checked.key);
        continue;
      }
      const { keyed, inspection } = checked;
      const notes = warningsOf(inspection, options.import);
      const error = duplicates.add(keyed);
      if (error !== undefined) {
        reject(index, [error], keyed.identity.key);
        continue;
      }
      inspections.set(keyed.identity.key, inspection);
      for (const [code, message] of notes) warnings.add(code, message);
    } catch (thrown) {
      // A getter or proxy inside the item may throw whatever it likes.
      reject(index, [unreadable(thrown)]);
    }
  }

  const carriedBy = ({ identity, indexes, record }: KeyedItem): CarriedFields => {
    const known = indexes.length === 1 ? inspections.get(identity.key) : undefined;
    return (known ?? recheck(record)).carried;
  };
  const items: CarryingItem[] = [];
  for (const keyed of duplicates.items()) {
    await breather.pause();
    const item = serialise(keyed, options, carriedBy);
    if ('code' in item) {
      for (const index of keyed.indexes) reject(index, [item], keyed.identity.key);
      continue;
    }
    items.push(item);
  }
  if (duplicates.keysDifferingInCase > 0) {
    warnings.add(
      'KEYS_DIFFER_IN_CASE',
      'Keys that differ in letter case only: Connect may read them as one record.',
      duplicates.keysDifferingInCase,
    );
  }
  return { items, rejected: rejected.sort((left, right) => left.index - right.index) };
}

function refuse(
  code: string,
  message: string,
  rejected: readonly RejectedItem[],
  warnings: Warnings,
): Prepared {
  return { requests: [], rejected, warnings: warnings.list(), refusal: new ConnectError(code, message) };
}

/**
 * Turns items into requests. Each item ends in exactly one place: in one request (alone or joined with
 * others of its key), or among the rejected with its reasons. Yields to the event loop while it works and
 * changes nothing that it is given.
 *
 * A full feed, and a change feed under a switch that clears first, is refused as a whole when any item is
 * rejected (`FULL_FEED_ITEMS_REJECTED`), when items carry different fields (`FULL_FEED_FIELDS_DIFFER`) or
 * when it is empty (`FULL_FEED_EMPTY`): what is missing from it would be deactivated.
 */
export async function prepare(given: readonly unknown[], preparation: Preparation): Promise<Prepared> {
  const { options, plan } = preparation;
  const warnings = new Warnings();
  const { items, rejected } = await collect(given, preparation, warnings);
  if (!options.fullFile && !plan.clearsFirst) {
    return { requests: changeRequests(items, preparation, warnings), rejected, warnings: warnings.list() };
  }
  if (given.length === 0) {
    return refuse(
      'FULL_FEED_EMPTY',
      'An empty full feed is not sent: what it would deactivate is not known.',
      rejected,
      warnings,
    );
  }
  if (rejected.length > 0) {
    return refuse(
      'FULL_FEED_ITEMS_REJECTED',
      `${rejected.length} of ${given.length} items cannot be sent. Without them the feed is not whole, and Connect would deactivate what they are about; nothing was sent.`,
      rejected,
      warnings,
    );
  }
  const requests = wholeRequests(items, preparation);
  if (requests === undefined) {
    return refuse(
      'FULL_FEED_FIELDS_DIFFER',
      'Items of this full feed carry different fields, so no field list is true for all of it; nothing was sent. Give every item the same fields.',
      rejected,
      warnings,
    );
  }
  return { requests, rejected, warnings: warnings.list() };
}
