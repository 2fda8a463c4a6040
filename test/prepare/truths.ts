/**
 * Whether what a header says of records is so.
 */
import type { ImportName } from '../../src/contract/index.ts';
import { type FieldOutline, outlineOf, type RecordOutline } from '../../src/contract/outline.ts';
import type { RequestHeader } from '../../src/prepare/index.ts';
import type { Plain } from '../promises/shapes.ts';

/** How the header has the fields of a record written. */
export function writtenBy(
  { list, entity }: RecordOutline,
  header: RequestHeader,
): ReadonlyMap<string, string> {
  const numbers = (header[list?.name ?? ''] ?? []) as readonly number[];
  const kinds = new Map<string, string>();
  for (const { write, createOnly, limitedUpdate } of list?.slots ?? []) {
    for (const value of [write, createOnly, limitedUpdate]) {
      if (value !== undefined && numbers.includes(value.number))
        for (const field of value.fields) kinds.set(field, value.kind);
    }
  }
  // Without its activity, where that is mandatory, the whole price is skipped.
  const mandatory = (header.IgnoreSkuPriceListFieldsWhenEmpty ?? []) as readonly number[];
  if (entity === 'Product.SkuPriceList' && mandatory.includes(10)) kinds.delete('IsActive');
  return kinds;
}

/** What a header says of a record and all below it, values included, that is not so. */
export function untruths(record: Plain, outline: RecordOutline, header: RequestHeader, place = ''): string[] {
  const written = writtenBy(outline, header);
  const lacking = [...written.keys()].filter(
    (name) =>
      outline.fields.has(name) && record[name] === undefined && !outline.fields.get(name)?.slot?.skipped,
  );
  return [
    ...lacking.map((name) => `${place} lacks ${name}`),
    ...Object.entries(record).flatMap(([name, value]) => {
      const { slot, child, definition } = outline.fields.get(name) as FieldOutline;
      const isIdle = definition.key || definition.empty === 'skipped' || name === 'IsActive';
      const lost = slot !== undefined && !isIdle && !written.has(name) ? [`${place} loses ${name}`] : [];
      const below = (Array.isArray(value) ? value : [value]) as (Plain | null)[];
      const untrue = below.flatMap((each) =>
        child === undefined || each === null ? [] : untruths(each, child, header, `${place}/${name}`),
      );
      return [...lost, ...untrue];
    }),
  ];
}

/** Lists of a header that need each other, of which one is missing. */
export function brokenDependencies(name: ImportName, header: RequestHeader): string[] {
  const { dependencies, lists } = outlineOf(name).header;
  const listed = (list: string) => (header[list] ?? []) as readonly number[];
  return dependencies.flatMap(({ when, needs, value }) => {
    const values = lists[needs]?.values ?? [];
    const wanted = values.filter(({ fields }) => value === undefined || fields.includes(value));
    const isMet = listed(when).length === 0 || wanted.some(({ number }) => listed(needs).includes(number));
    return isMet ? [] : [`${when} needs ${needs} ${value}`];
  });
}
