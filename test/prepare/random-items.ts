/**
 * Random items of any import, with any field that it has, and random choices of fields and switches.
 */
import { enums, type ImportName, mayBeEmptied } from '../../src/contract/index.ts';
import { type FieldOutline, outlineOf, type RecordOutline } from '../../src/contract/outline.ts';
import type { ListedValues } from '../../src/prepare/index.ts';
import type { Plain, Random } from '../promises/shapes.ts';

/** Decides whether a record at a place carries a field. */
type Carries = (place: string, field: FieldOutline) => boolean;

/** Keys that bound a full feed: the same in all items, so that none of it can be cut along them. */
const boundingKeys: ReadonlySet<string> = new Set(['PriceListCode', 'WarehouseCode', 'LocationCode']);
/** Nearly always there, else few products could be found. */
const frequent: ReadonlySet<string> = new Set(['Variants', 'Skus', 'ManufacturerCode', 'ManufacturerPartNo']);

/** Whether a field holds records that Connect writes one by one. */
export function holdsRecords(field: FieldOutline): field is FieldOutline & { readonly child: RecordOutline } {
  const { child, definition } = field;
  return child?.list !== undefined && definition.type === 'records' && child.identity.length > 0;
}

function someOf<Value>(values: readonly Value[], random: Random, share: number): Value[] {
  return values.filter(() => random.chance(share));
}

function scalar({ definition, name }: FieldOutline, random: Random): unknown {
  const isEmptied = mayBeEmptied(definition) && !definition.key && definition.required === undefined;
  if (isEmptied && random.chance(0.15)) return null;
  if (definition.enum !== undefined) {
    const numbers = Object.values(enums[definition.enum as keyof typeof enums]);
    return numbers[random.whole(numbers.length - 1)];
  }
  switch (definition.type) {
    case 'integer':
      return 1 + random.whole(900);
    case 'decimal':
      return 0.5 + random.whole(900);
    case 'boolean':
      return random.chance(0.5);
    case 'date':
      return `2026-01-${10 + random.whole(15)}T08:00:00`;
    case 'uuid':
      return '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11';
    case 'texts':
      return someOf(['x', 'y'], random, 0.5);
    default:
      return name === 'CountryCode' ? 'SE' : `text ${random.whole(999)}`;
  }
}

/** Makes one item. */
class Maker {
  readonly #random: Random;
  readonly #carries: Carries;

  constructor(random: Random, carries: Carries) {
    this.#random = random;
    this.#carries = carries;
  }

  /**
   * @param tag Part of the keys, different for each record of a message.
   * @param holder The SKU, or part of one, around it, whose part numbers it has to repeat.
   */
  record(outline: RecordOutline, tag: string, holder: Plain = {}): Plain {
    const random = this.#random;
    const record: Plain = {};
    const own = outline.identity.filter((names) => names.every((name) => !name.includes('[]')));
    const given = random.chance(0.7) ? 0 : random.whole(Math.max(0, own.length - 1));
    const canDo = own.length < outline.identity.length;
    const keys = new Set(canDo && random.chance(0.2) ? [] : own[given]);
    for (const field of outline.fields.values()) {
      const { definition, name } = field;
      const isNeeded =
        keys.has(name) || definition.required === 'always' || definition.unlisted === 'required';
      const isLeftOut = definition.deprecated || typeof definition.unlisted === 'object';
      if (isLeftOut || !(isNeeded || this.#carries(outline.place, field))) continue;
      record[name] = holder[name] ?? this.#value(field, outline, tag, record);
    }
    for (const { fields } of outline.joined) {
      if (fields.every((name) => record[name] === undefined)) continue;
      for (const name of fields) record[name] ??= scalar(outline.fields.get(name) as FieldOutline, random);
    }
    for (const { name, list } of outline.switches) {
      if (record[list] !== undefined || random.chance(0.2)) record[name] = random.chance(0.8);
    }
    return record;
  }

  #value(field: FieldOutline, outline: RecordOutline, tag: string, record: Plain): unknown {
    const { child, definition, name } = field;
    if (child === undefined) {
      if (!definition.key || definition.type !== 'text') return scalar(field, this.#random);
      if (outline.place === '' && boundingKeys.has(name)) return 'one';
      return `${name}-${tag}`;
    }
    const { PartNo, StructurePartNo = PartNo } = record;
    const isStructure = child.entity === 'Product.SkuStructureItem';
    const isSku = outline.entity === 'Product.Sku' || outline.entity === 'Product.SkuStructureItem';
    const holder = isSku ? { ...(isStructure ? {} : { PartNo }), StructurePartNo } : {};
    if (definition.type === 'record') return this.record(child, `${tag}-0`, holder);
    const fewest = definition.required === 'always' ? 1 : 0;
    const count = Math.max(fewest, this.#random.whole(3));
    return Array.from({ length: count }, (_, position) => this.record(child, `${tag}-${position}`, holder));
  }
}

/** Random items: some fields all records of a place carry, others none, others some of them. */
export function randomItems(name: ImportName, count: number, random: Random): Plain[] {
  const { root } = outlineOf(name);
  const density = [0.1, 0.3, 0.6][random.whole(2)] as number;
  const shares = new Map<string, number>();
  const shareOf = (field: FieldOutline): number => {
    const { definition, child } = field;
    if (frequent.has(field.name)) return random.chance(0.8) ? 1 : 0.5;
    if (definition.key && child === undefined) return 0.1;
    if (!random.chance(holdsRecords(field) ? 0.7 : density)) return 0;
    // What creates records, and values that are written whole, make an item that cannot be cut.
    const isEqual = definition.required === 'insert' || (child !== undefined && !holdsRecords(field));
    return isEqual ? random.whole(1) : random.whole(2) / 2;
  };
  const maker = new Maker(random, (place, field) => {
    const at = `${place} ${field.name}`;
    if (!shares.has(at)) shares.set(at, shareOf(field));
    return random.chance(shares.get(at) as number);
  });
  return Array.from({ length: count }, (_, position) => maker.record(root, String(position)));
}

/** Random switches, but for those that clear before an import. */
export function randomSwitches(name: ImportName, random: Random): ListedValues {
  const { lists, mandatory } = outlineOf(name);
  const modifiers = lists.map(({ name: list, modifiers: all }) => {
    const safe = all.filter(({ clearsFirst }) => !clearsFirst);
    return [list, someOf(safe, random, 0.3).map((value) => value.name)] as const;
  });
  const chosen = mandatory === undefined ? [] : someOf(mandatory.values, random, 0.1);
  const skipping = mandatory === undefined ? [] : [[mandatory.name, chosen.map((value) => value.name)]];
  return Object.fromEntries([...modifiers, ...skipping]);
}

function harmless(outline: RecordOutline): string[] {
  return [...outline.fields.values()].flatMap(({ name, definition, child }) => [
    ...(definition.unlisted === 'harmless' ? [`${outline.entity}.${name}`] : []),
    ...(child === undefined ? [] : harmless(child)),
  ]);
}

/** All fields, some of them on create only or unless changed by hand. */
export function randomVariants(name: ImportName, random: Random): ListedValues {
  const { lists, root } = outlineOf(name);
  const chosen = lists.map(({ name: list, slots }) => {
    const values = slots.map(({ write, createOnly, limitedUpdate }) => {
      const all = [write, createOnly, limitedUpdate].filter((value) => value !== undefined);
      return (all[random.chance(0.85) ? 0 : random.whole(all.length - 1)] ?? write).name;
    });
    return [list, values] as const;
  });
  return { ...Object.fromEntries(chosen), WithoutListEntry: harmless(root) };
}
