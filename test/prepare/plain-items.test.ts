/**
 * The short way of checking an item finds out what the long way would, or leaves the item to it.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { enums, type ImportName, importNames } from '../../src/contract/index.ts';
import { type FieldOutline, outlineOf, type RecordOutline } from '../../src/contract/outline.ts';
import { planFields } from '../../src/prepare/field-plan.ts';
import { type Inspection, inspect } from '../../src/prepare/inspect.ts';
import { exactNames } from '../../src/prepare/names.ts';
import { inspectPlain } from '../../src/prepare/plain-items.ts';
import type { ItemError, ItemRecord } from '../../src/prepare/types.ts';
import { schemaErrors } from '../../src/prepare/validate.ts';
import { fill, Random, subjects } from '../promises/shapes.ts';
import { anyChoice, type Choice, carried } from './choices.ts';

const guid = '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11';
const policies = ['reject', 'remove', 'send'] as const;

/** Values that are wrong nearly everywhere, or right only in another form. */
const odd: readonly (() => unknown)[] = [
  ...[undefined, null, '', ' x ', 0, -0, 1.5, Number.NaN, 1e30, 2 ** 31, 5n, true, 'sweden', '2026-02-29'],
  ...['2024-02-29T08:00:00Z', ` ${guid}`, guid, 'x'.repeat(51), 'x'.repeat(256), 'x'.repeat(501), '\ud800'],
  ...[new Date(0), new Date(Number.NaN), new Map([['Code', 'A']]), Symbol('s'), new String('s')],
].map((value) => () => value);
const oddRecords: readonly (() => unknown)[] = [
  () => ({}),
  () => [],
  () => [{}],
  () => [null],
  () => new Array(1),
  () => ['a', 1],
  () => [{ Code: 'A' }, { Code: 'A' }],
  () => [
    { Code: 'A', Value: '1' },
    { Code: 'A', Value: '2' },
  ],
  () => Object.assign([{ Code: 'A', Value: 'v' }], { toJSON: () => 'else' }),
];

function scalar({ definition }: FieldOutline, random: Random): unknown {
  const text = ['A', 'B', 'c'][random.whole(2)];
  if (definition.enum !== undefined) {
    const entries = Object.entries(enums[definition.enum as keyof typeof enums]);
    const [name, number] = entries[random.whole(entries.length - 1)] as [string, number];
    return (definition.enumAs === 'name') === random.chance(0.9) ? name : number;
  }
  switch (definition.type) {
    case 'integer':
      return random.whole(3);
    case 'decimal':
      return random.whole(3) / 2;
    case 'boolean':
      return random.chance(0.5);
    case 'date':
      return `2026-01-0${1 + random.whole(8)}`;
    case 'uuid':
      return guid;
    case 'texts':
      return [text];
    default:
      return text;
  }
}

/** A record with any of the fields that the contract has, most of them right. */
function anyRecord(outline: RecordOutline, random: Random): ItemRecord {
  const record: ItemRecord = {};
  for (const field of outline.fields.values()) {
    const { key, required, unlisted, type } = field.definition;
    const isNeeded = key === true || required === 'always' || unlisted === 'required';
    if (!random.chance(isNeeded ? 0.97 : 0.3)) continue;
    const { child } = field;
    if (random.chance(0.02)) record[field.name] = null;
    else if (child === undefined) record[field.name] = scalar(field, random);
    else if (type === 'record') record[field.name] = anyRecord(child, random);
    else record[field.name] = Array.from({ length: random.whole(2) }, () => anyRecord(child, random));
  }
  return record;
}

function recordsBelow(value: unknown): ItemRecord[] {
  if (Array.isArray(value)) return value.flatMap(recordsBelow);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return [];
  return [value as ItemRecord, ...Object.values(value).flatMap(recordsBelow)];
}

/** Spoils one field somewhere in the item. */
function spoil(item: ItemRecord, random: Random): void {
  const records = recordsBelow(item);
  const record = records[random.whole(records.length - 1)] as ItemRecord;
  const names = Object.keys(record);
  const name = names[random.whole(names.length - 1)] ?? 'Code';
  const value = record[name];
  const all = [...odd, ...oddRecords];
  const ways: readonly (() => void)[] = [
    () => {
      record[name] = all[random.whole(all.length - 1)]?.();
    },
    () => {
      delete record[name];
    },
    () => {
      delete record[name];
      record[random.chance(0.5) ? name.toLowerCase() : ` ${name}`] = value;
    },
    () => {
      record.Unknown = value;
    },
    () => {
      if (Array.isArray(value)) record[name] = [...value, ...value];
    },
    () => Object.defineProperty(record, name, { enumerable: false }),
    () => Object.defineProperty(record, 'toJSON', { value: () => ({}), enumerable: false }),
    () => Object.setPrototypeOf(record, { [name]: value }),
    () => Object.setPrototypeOf(record, null),
    () =>
      Object.defineProperty(record, name, {
        get: () => {
          throw new Error(`${name} cannot be read`);
        },
      }),
  ];
  ways[random.chance(0.5) ? 0 : random.whole(ways.length - 1)]?.();
}

interface Case {
  readonly name: ImportName;
  readonly seed: number;
  readonly spoiled: number;
}

function itemOf({ name, seed, spoiled }: Case): ItemRecord {
  const random = new Random(seed);
  const { shape, keys } = subjects[name];
  const carries = (): boolean => random.chance(0.4);
  const item = random.chance(0.3)
    ? fill(shape, keys('K'), { random, carries, hasElement: () => random.chance(0.5) })
    : anyRecord(outlineOf(name).root, random);
  for (let count = 0; count < spoiled; count++) {
    try {
      spoil(item, random);
    } catch {
      // It was spoiled before, so that it can no longer be read.
    }
  }
  return item;
}

/** What the long way finds out: the inspection with all errors, or what it throws. */
function longWay(
  item: ItemRecord,
  name: ImportName,
  choice: Choice,
  policy: (typeof policies)[number],
): Inspection {
  const outline = outlineOf(name);
  const errors: ItemError[] = [];
  const named = exactNames(item, outline.root, '', policy, errors);
  const inspection = inspect(named, outline, planFields(outline, choice));
  return {
    ...inspection,
    errors: [...errors, ...schemaErrors(inspection.record, name), ...inspection.errors],
  };
}

describe('prepare: the short way', () => {
  it('finds out what the long way does, whatever the item and the choice', () => {
    const cases = fc.record({
      name: fc.constantFrom(...importNames),
      seed: fc.integer(),
      spoiled: fc.nat(2),
    });
    let short = 0;
    fc.assert(
      fc.property(cases, fc.constantFrom(...policies), (given, policy) => {
        const item = itemOf(given);
        const outline = outlineOf(given.name);
        const choice = anyChoice(given.name, new Random(given.seed + 1));
        const found = inspectPlain(item, outline, planFields(outline, choice));
        if (found === undefined) return;
        short++;
        assert.equal(found.record, item);
        assert.deepEqual(found, longWay(item, given.name, choice, policy));
      }),
      { numRuns: 6000 },
    );
    assert.ok(short > 500, `${short} items took the short way`);
  });

  for (const name of importNames) {
    it(`is open to every right item of ${name}`, () => {
      const { shape, keys } = subjects[name];
      const outline = outlineOf(name);
      const plan = planFields(outline, carried);
      const full = { carries: () => true, hasElement: () => true, isFull: true };
      for (let seed = 0; seed < 50; seed++) {
        const item = fill(shape, keys('K'), { ...full, random: new Random(seed) });
        assert.deepEqual(longWay(item, name, carried, 'reject').errors, []);
        const isChanged = longWay(item, name, carried, 'reject').record !== item;
        assert.equal(inspectPlain(item, outline, plan) === undefined, isChanged);
      }
    });
  }
});
