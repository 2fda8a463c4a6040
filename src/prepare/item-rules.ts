/**
 * Rules of single imports that neither schema nor outline can hold.
 */
import { type ImportName, imports } from '../contract/index.ts';
import type { ListOutline } from '../contract/outline.ts';
import type { Preparation } from './preparation.ts';
import { isRecord, pointerTo, recordsIn } from './records.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** A SKU may stand in a request once only, whatever variant it is put under. */
function repeatedSkus(record: ItemRecord): ItemError[] {
  const seen = new Set<unknown>();
  return recordsIn(record.Variants).flatMap((variant, position) =>
    recordsIn(variant.Skus).flatMap(({ PartNo }, place) => {
      if (PartNo === undefined || !seen.has(PartNo)) {
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
    // A SKU without PartNo is an error of its own.
    if (recordsIn(variant.Skus).length > 0) return [];
    const path = `/Variants/${position}`;
    const message =
      'Connect cannot tell which variant is meant: give ManufacturerCode of the product, or a SKU with PartNo.';
    return [{ path, code: 'KEY_MISSING', message }];
  });
}

/** A part number in a nested record that says which SKU is written: it must be that of the holder. */
function differingPartNo(holder: unknown, below: ItemRecord, name: string, pointer: string): ItemError[] {
  const partNo = below[name];
  if (typeof holder !== 'string' || typeof partNo !== 'string' || partNo === holder) return [];
  return [
    {
      path: pointerTo(pointer, name),
      code: 'PART_NO_DIFFERS',
      message: `${name} is ${JSON.stringify(partNo)} here and ${JSON.stringify(holder)} in the record around it: another SKU would be written.`,
    },
  ];
}

function differingStructure(item: ItemRecord, sku: ItemRecord, pointer: string): ItemError[] {
  const price = item.StandardStructureItemPrice;
  const place = pointerTo(pointer, 'StandardStructureItemPrice');
  return [
    ...differingPartNo(sku.PartNo, item, 'StructurePartNo', pointer),
    ...(isRecord(price)
      ? [
          ...differingPartNo(item.StructurePartNo, price, 'StructurePartNo', place),
          ...differingPartNo(item.PartNo, price, 'PartNo', place),
        ]
      : []),
  ];
}

/** Prices and structures below a SKU name the SKU again. */
function differingPartNos(record: ItemRecord): ItemError[] {
  return recordsIn(record.Variants).flatMap((variant, position) =>
    recordsIn(variant.Skus).flatMap((sku, place) => {
      const pointer = `/Variants/${position}/Skus/${place}`;
      const price = sku.StandardPrice;
      return [
        ...(isRecord(price) ? differingPartNo(sku.PartNo, price, 'PartNo', `${pointer}/StandardPrice`) : []),
        ...recordsIn(sku.StructureItems).flatMap((item, index) =>
          differingStructure(item, sku, `${pointer}/StructureItems/${index}`),
        ),
      ];
    }),
  );
}

function productErrors(record: ItemRecord): ItemError[] {
  const errors = [...repeatedSkus(record), ...unknownVariants(record), ...differingPartNos(record)];
  if (recordsIn(record.Variants).length > 1 && !record.Code) {
    errors.push({ path: '/Code', code: 'REQUIRED', message: 'A product with several variants needs Code.' });
  }
  return errors;
}

/** The clean-up of a population removes the categories that the item leaves out, so it has to name them. */
function populationErrors(
  { Population: population }: ItemRecord,
  { outline, plan }: Preparation,
): ItemError[] {
  const modifiers = plan.modifiers[(outline.root.list as ListOutline).index] ?? [];
  if (population === undefined || modifiers.every(({ name }) => name !== 'PopulationCleanup')) return [];
  if (isRecord(population) && Array.isArray(population.Categories)) return [];
  return [
    {
      path: isRecord(population) ? '/Population/Categories' : '/Population',
      code: 'FIELDS_INCOMPLETE',
      message:
        'PopulationCleanup removes every category that is not given, so Population needs Categories: all of them, or [] to remove all.',
    },
  ];
}

/** Most items have none: nothing is made for those. */
const noErrors: readonly ItemError[] = Object.freeze([]);

/** What only the items of some imports can have wrong. */
const rules: Readonly<
  Partial<Record<ImportName, (record: ItemRecord, preparation: Preparation) => readonly ItemError[]>>
> = { 'import-products': productErrors, 'import-price-lists': populationErrors };

function feedErrors(record: ItemRecord, name: ImportName): ItemError[] {
  const definition = imports[name];
  const requires =
    'fullFile' in definition && 'requires' in definition.fullFile ? definition.fullFile.requires : [];
  return requires
    .filter((required) => !record[required])
    .map((required) => ({
      path: `/${required}`,
      code: 'REQUIRED',
      message: `A full feed needs ${required}.`,
    }));
}

/** What is wrong with an item by the rules of its import and of its feed. */
export function importErrors(record: ItemRecord, preparation: Preparation): readonly ItemError[] {
  const { import: name, fullFile } = preparation.options;
  const errors = rules[name]?.(record, preparation) ?? noErrors;
  return fullFile ? [...errors, ...feedErrors(record, name)] : errors;
}
