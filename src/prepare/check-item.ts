/**
 * Takes one item as it was given and says either under which key it can be sent, or why it cannot.
 */
import { imports } from '../contract/index.ts';
import { differingRecords } from './differing-records.ts';
import type { KeyedItem } from './duplicates.ts';
import { brokenDependency } from './header.ts';
import { identify, isComplete } from './identity.ts';
import { type Inspection, inspect } from './inspect.ts';
import { exactNames } from './names.ts';
import type { Preparation } from './preparation.ts';
import { isRecord, recordsIn } from './records.ts';
import type { ItemError, ItemRecord } from './types.ts';
import { schemaErrors } from './validate.ts';

/** What one item came to. */
export type CheckedItem =
  | { readonly keyed: KeyedItem; readonly inspection: Inspection }
  | { readonly errors: readonly ItemError[]; readonly key?: string };

/** A SKU may stand in a request once only, whatever variant it is put under. */
function repeatedSkus(record: ItemRecord): ItemError[] {
  const seen = new Set<unknown>();
  return recordsIn(record.Variants).flatMap((variant, position) =>
    recordsIn(variant.Skus).flatMap(({ PartNo }, place) => {
      if (!seen.has(PartNo)) {
        seen.add(PartNo);
        return [];
      }
      const path = `/Variants/${position}/Skus/${place}`;
      return [{ path, code: 'DUPLICATE_KEY', message: `The item holds the SKU ${String(PartNo)} twice.` }];
    }),
  );
}

/** A variant is known by its SKUs, or by the manufacturer's code and number, of which the product holds the code. */
function unknownVariants(record: ItemRecord): ItemError[] {
  if (record.ManufacturerCode) return [];
  return recordsIn(record.Variants).flatMap((variant, position) => {
    if (isComplete(variant, ['Skus[].PartNo'])) return [];
    const path = `/Variants/${position}`;
    const message =
      'Connect cannot tell which variant is meant: give ManufacturerCode of the product, or a SKU with PartNo.';
    return [{ path, code: 'KEY_MISSING', message }];
  });
}

/** Rules of single imports that neither schema nor outline can hold. */
export function importErrors(record: ItemRecord, { options }: Preparation): ItemError[] {
  const errors: ItemError[] =
    options.import === 'import-products' ? [...repeatedSkus(record), ...unknownVariants(record)] : [];
  if (options.import === 'import-products' && recordsIn(record.Variants).length > 1 && !record.Code) {
    errors.push({ path: '/Code', code: 'REQUIRED', message: 'A product with several variants needs Code.' });
  }
  const definition = imports[options.import];
  const requires =
    options.fullFile && 'fullFile' in definition && 'requires' in definition.fullFile
      ? definition.fullFile.requires
      : [];
  for (const name of requires) {
    if (!record[name])
      errors.push({ path: `/${name}`, code: 'REQUIRED', message: `A full feed needs ${name}.` });
  }
  return errors;
}

function nothingToWrite(record: ItemRecord, inspection: Inspection, { outline }: Preparation): boolean {
  const unlisted = [...outline.root.fields.values()].some(
    ({ name, slot, definition }) => slot === undefined && !definition.key && record[name] !== undefined,
  );
  return !unlisted && inspection.carried.every((mask) => mask <= 0);
}

/**
 * Checks one item. Reads its properties; a getter or proxy inside it that throws makes this throw.
 *
 * @param index Position of the item in the list that was given.
 */
export function checkItem(given: unknown, index: number, preparation: Preparation): CheckedItem {
  const { options, outline, plan } = preparation;
  if (!isRecord(given) || typeof (given as { toJSON?: unknown }).toJSON === 'function') {
    return { errors: [{ path: '', code: 'ITEM_NOT_OBJECT', message: 'An item must be an object.' }] };
  }
  const errors: ItemError[] = [];
  const named = exactNames(given, outline.root, '', options.unknownProperties, errors);
  const inspection = inspect(named, outline, plan);
  const { record } = inspection;
  errors.push(
    ...schemaErrors(record, options.import),
    ...inspection.errors,
    ...importErrors(record, preparation),
  );
  const identity = identify(record, preparation.identity, options.import);
  if (identity === undefined && errors.length === 0) {
    const keys = preparation.identity.map((names) => names.join(' + ')).join(', or ');
    errors.push({
      path: '',
      code: 'KEY_MISSING',
      message: `Connect knows a record by ${keys}; give one of them.`,
    });
  }
  if (errors.length === 0) errors.push(...differingRecords(inspection, preparation));
  const broken = errors.length === 0 ? brokenDependency(outline, inspection.carried) : undefined;
  if (broken !== undefined) errors.push({ path: '', code: 'FIELDS_INCOMPLETE', message: broken });
  if (errors.length === 0 && nothingToWrite(record, inspection, preparation)) {
    errors.push({
      path: '',
      code: 'NOTHING_TO_WRITE',
      message: 'The item carries its key and no field to write.',
    });
  }
  if (errors.length > 0 || identity === undefined) {
    return identity === undefined ? { errors } : { errors, key: identity.key };
  }
  return { keyed: { indexes: [index], identity, record }, inspection };
}
