/**
 * Takes one item as it was given and says either under which key and as which text it can be sent, or why it
 * cannot. All of it happens in one turn of the event loop, so that what was checked is what is sent.
 */
import { differingRecords } from './differing-records.ts';
import { brokenDependency } from './header.ts';
import { type Identity, identify } from './identity.ts';
import { type Inspection, inspect } from './inspect.ts';
import { importErrors } from './item-rules.ts';
import { exactNames } from './names.ts';
import { hasNothingToWrite } from './nothing-to-write.ts';
import { inspectPlain } from './plain-items.ts';
import type { Preparation } from './preparation.ts';
import { Uncuttable } from './record-tree.ts';
import { isRecord } from './records.ts';
import { type Slice, slicesOf } from './slices.ts';
import type { ItemError, ItemRecord } from './types.ts';
import { schemaErrors } from './validate.ts';
import type { ItemContent } from './whole-item.ts';

/** What one item came to. */
export type CheckedItem =
  | {
      readonly identity: Identity;
      readonly content: ItemContent;
      readonly inspection: Inspection;
      readonly isEmpty: boolean;
    }
  | { readonly errors: readonly ItemError[]; readonly key?: string };

/** What a thrown value says; items may throw whatever they like, even what cannot be read itself. */
export function messageOf(thrown: unknown): string {
  try {
    return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] as string;
  } catch {
    return 'no reason is given';
  }
}

/** Several checks may find the same fault: the first of them says enough. */
function oneReasonPerPlace(errors: readonly ItemError[]): ItemError[] {
  const places = new Set<string>();
  return errors.filter(({ path }) => !places.has(path) && places.add(path));
}

function jsonText(record: ItemRecord): string | ItemError {
  try {
    return JSON.stringify(record);
  } catch (thrown) {
    const message = `The item cannot be written as JSON: ${messageOf(thrown)}`;
    return { path: '', code: 'NOT_JSON', message };
  }
}

function noKey({ identity }: Preparation): ItemError {
  const keys = identity.map((names) => names.join(' + ')).join(', or ');
  return {
    path: '',
    code: 'KEY_MISSING',
    message: `Connect knows a record by ${keys}; give one of them.`,
  };
}

/** What most items come to: nothing is made for each of them. */
const noErrors: readonly ItemError[] = Object.freeze([]);
const uncut = Object.freeze({});

function isNone(mask: number): boolean {
  return mask === 0;
}

/** The slices of an item whose records carry different fields, or why there are none; nothing for any other. */
function cut(
  inspection: Inspection,
  text: string,
  preparation: Preparation,
): { readonly slices?: readonly Slice[]; readonly errors?: readonly ItemError[] } {
  if (inspection.differing.every(isNone)) return uncut;
  try {
    return { slices: slicesOf(JSON.parse(text) as ItemRecord, preparation) };
  } catch (thrown) {
    if (thrown instanceof Uncuttable) {
      return { errors: differingRecords(inspection, preparation, thrown.message) };
    }
    throw thrown;
  }
}

/** What is wrong with an item of which each field by itself is right. */
function wholeErrors(
  inspection: Inspection,
  isEmpty: boolean,
  preparation: Preparation,
): readonly ItemError[] {
  const broken = brokenDependency(preparation.outline, inspection.carried);
  if (broken !== undefined) return [{ path: '', code: 'FIELDS_INCOMPLETE', message: broken }];
  // In a full feed a key alone says that its record still exists.
  if (!isEmpty || preparation.options.fullFile) return noErrors;
  return [
    { path: '', code: 'NOTHING_TO_WRITE', message: 'The item carries its key and no field that is written.' },
  ];
}

function rejection(errors: readonly ItemError[], identity: Identity | undefined): CheckedItem {
  return {
    errors: oneReasonPerPlace(errors),
    ...(identity === undefined ? {} : { key: identity.key }),
  };
}

/** Brings an item into the form in which it is sent, with all that is wrong with its names, values and form. */
function explain(given: ItemRecord, preparation: Preparation): Inspection {
  const { options, outline, plan } = preparation;
  const errors: ItemError[] = [];
  const named = exactNames(given, outline.root, '', options.unknownProperties, errors);
  const inspection = inspect(named, outline, plan);
  errors.push(...schemaErrors(inspection.record, options.import), ...inspection.errors);
  return { ...inspection, errors };
}

/** Checks one item. Reads its properties; a getter or proxy inside it that throws makes this throw. */
export function checkItem(given: unknown, preparation: Preparation): CheckedItem {
  const { outline, plan } = preparation;
  if (!isRecord(given) || typeof (given as { toJSON?: unknown }).toJSON === 'function') {
    return { errors: [{ path: '', code: 'ITEM_NOT_OBJECT', message: 'An item must be an object.' }] };
  }
  const inspection = inspectPlain(given, outline, plan) ?? explain(given, preparation);
  const { record, carried, errors } = inspection;
  const further = importErrors(record, preparation);
  const identity = identify(record, preparation.identity);
  if (errors.length + further.length > 0) return rejection([...errors, ...further], identity);
  if (identity === undefined) return rejection([noKey(preparation)], identity);
  const isEmpty = hasNothingToWrite(inspection, preparation);
  const whole = wholeErrors(inspection, isEmpty, preparation);
  if (whole.length > 0) return rejection(whole, identity);
  const text = jsonText(record);
  if (typeof text !== 'string') return rejection([text], identity);
  const { slices, errors: uncuttable } = cut(inspection, text, preparation);
  if (uncuttable !== undefined) return rejection(uncuttable, identity);
  const content = slices === undefined ? { text, carried } : { text, carried, slices };
  return { identity, content, inspection, isEmpty };
}
