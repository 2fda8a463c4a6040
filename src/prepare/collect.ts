/**
 * Checks the items of a message one after the other and joins those that are about one record.
 */
import { type ImportName, unusualSkuTypes } from '../contract/index.ts';
import { Breather } from './breather.ts';
import { checkItem, messageOf } from './check-item.ts';
import { bodyBytes } from './cut.ts';
import { Duplicates } from './duplicates.ts';
import { scopeText } from './identity.ts';
import { claimsInside } from './inside.ts';
import { type Inspection, inspect } from './inspect.ts';
import { importErrors } from './item-rules.ts';
import { Parts } from './parts.ts';
import type { Preparation } from './preparation.ts';
import { Uncuttable } from './record-tree.ts';
import { recordsIn } from './records.ts';
import type { SerialisedItem } from './serialised-item.ts';
import { slicesOf } from './slices.ts';
import type { GivenItems, ItemError, ItemRecord, RejectedItem } from './types.ts';
import type { Warnings } from './warnings.ts';
import type { ItemContent } from './whole-item.ts';

/**
 * The items of a message that can be sent, and those that cannot. Those of a change feed are cut, and what
 * has to wait says for what; those of a feed that stays together are whole, each key once.
 */
export interface Collected {
  readonly items: readonly SerialisedItem[];
  readonly rejected: readonly RejectedItem[];
  /** Every text by which a record is known, with the key of its item. */
  readonly names: () => Iterable<readonly [name: string, key: string]>;
}

type Warning = readonly [code: string, message: string];

const stillExists: Warning = [
  'NOTHING_TO_WRITE',
  'Items carry their key and no field that is written: the feed says only that their records still exist.',
];

/** What the author should know about an item that can be sent. */
function warningsOf({ missingForInsert, record }: Inspection, isEmpty: boolean, name: ImportName): Warning[] {
  const inserts = [...missingForInsert].map(
    (place): Warning => [
      'NEEDED_FOR_INSERT',
      `${place} is missing: existing records are updated, a new one would not be created.`,
    ],
  );
  const general = isEmpty ? [...inserts, stillExists] : inserts;
  if (name !== 'import-products') return general;
  const skus = recordsIn(record.Variants).flatMap((variant) => recordsIn(variant.Skus));
  const types = skus.flatMap(({ Type }): Warning[] =>
    typeof Type === 'number' && unusualSkuTypes.has(Type)
      ? [['SKU_TYPE_UNUSUAL', `SKU type ${Type} is outdated or not in Norce's reference.`]]
      : [],
  );
  return [...general, ...types];
}

/** What a joint change comes to; undefined where its fields contradict each other, so that no request can hold it. */
function contentOfJoint(record: ItemRecord, preparation: Preparation): ItemContent | undefined {
  const { carried, differing, errors } = inspect(record, preparation.outline, preparation.plan);
  if (errors.length > 0 || importErrors(record, preparation).length > 0) return undefined;
  const text = JSON.stringify(record);
  if (differing.every((mask) => mask === 0)) return { text, carried };
  try {
    return { text, carried, slices: slicesOf(record, preparation) };
  } catch (thrown) {
    if (thrown instanceof Uncuttable) return undefined;
    throw thrown;
  }
}

/** Whether each of the requests that an item takes has room for it. */
function fits({ text, slices = [] }: ItemContent, maximumBytes: number): boolean {
  const texts = slices.length === 0 ? [text] : slices.map((slice) => slice.text);
  return texts.every((each) => bodyBytes([{ bytes: Buffer.byteLength(each) }]) <= maximumBytes);
}

/**
 * Checks and joins the items of a message, and yields to the event loop between them. Whoever changes an
 * item after its turn changes nothing that is sent.
 *
 * @param list Must not change meanwhile, other than the items in it.
 * @param hasReturned See {@link DuplicateRules}.
 */
export async function collect(
  list: GivenItems,
  preparation: Preparation,
  hasReturned: boolean,
  warnings: Warnings,
): Promise<Collected> {
  const { options, outline, plan } = preparation;
  const breather = new Breather();
  const rejected: RejectedItem[] = [];
  const reject = (index: number, errors: readonly ItemError[], key?: string): void => {
    rejected.push({ index, item: list.at(index), errors, ...(key === undefined ? {} : { key }) });
  };
  const isWhole = options.fullFile || plan.clearsFirst;
  const duplicates = new Duplicates({
    outline,
    plan,
    fullFile: options.fullFile,
    staged: !isWhole,
    hasReturned,
    contentOf: (record) => {
      const content = contentOfJoint(record, preparation);
      // Two that fit may go one after the other; one that does not fit goes nowhere.
      return isWhole || (content !== undefined && fits(content, options.maximumBytes)) ? content : undefined;
    },
  });

  for (let index = 0; index < list.length; index++) {
    await breather.pause();
    try {
      const checked = checkItem(list.at(index), preparation);
      if ('errors' in checked) {
        reject(index, checked.errors, checked.key);
        continue;
      }
      const { identity, content, inspection, isEmpty } = checked;
      const { record } = inspection;
      const inside = claimsInside(record, options.import);
      const keyed = { index, identity, inside, scope: scopeText(record, preparation.cutBy), ...content };
      const notes = warningsOf(inspection, isEmpty, options.import);
      const error = duplicates.add(keyed);
      if (error !== undefined) {
        reject(index, [error], identity.key);
        continue;
      }
      for (const [code, message] of notes) warnings.add(code, message);
    } catch (thrown) {
      // A getter or proxy inside the item may throw whatever it likes.
      reject(index, [
        { path: '', code: 'NOT_JSON', message: `The item cannot be read: ${messageOf(thrown)}` },
      ]);
    }
  }

  const parts = new Parts(options.maximumBytes, !isWhole);
  for (const item of duplicates.items) {
    await breather.pause();
    const error = parts.add(item);
    if (error === undefined) continue;
    for (const index of item.indexes) reject(index, [error], item.key);
  }
  if (duplicates.keysDifferingInCase > 0) {
    warnings.add(
      'KEYS_DIFFER_IN_CASE',
      'Keys that differ in letter case only: Connect may read them as one record.',
      duplicates.keysDifferingInCase,
    );
  }
  return {
    items: parts.items,
    rejected: rejected.sort((left, right) => left.index - right.index),
    names: () => duplicates.names(),
  };
}
