/**
 * Laws of slices, for random items of every import with every field that it has: together they write what the
 * item carries and nothing else, each under lists that are true for it; every record comes complete at first.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import { type FieldOutline, outlineOf, type RecordOutline } from '../../src/contract/outline.ts';
import type { ListedValues, Prepared, PreparedItem, RequestHeader } from '../../src/prepare/index.ts';
import { type Plain, Random } from '../promises/shapes.ts';
import { enoughRounds } from '../support/enough-rounds.ts';
import { prepared } from './prepared.ts';
import { holdsRecords, randomItems, randomSwitches, randomVariants } from './random-items.ts';
import { brokenDependencies, untruths, writtenBy } from './truths.ts';

const rounds = 200;

/** A record at its place in an item, and what is carried there. */
interface Found {
  readonly outline: RecordOutline;
  readonly fields: ReadonlyMap<string, unknown>;
  /** It exists already. */
  readonly linked: boolean;
}

function keyOf(record: Plain, { identity }: RecordOutline): string {
  const own = identity.filter((names) => names.every((name) => !name.includes('[]')));
  const names = own.find((all) => all.every((name) => record[name] !== undefined));
  if (names !== undefined) return names.map((name) => `${name}=${String(record[name])}`).join();
  // The part numbers of a variant's SKUs differ in their ends.
  const [sku] = (record.Skus ?? []) as Plain[];
  return String(sku?.PartNo).replace(/-\d+$/, '');
}

/** The records of an item by their place, down to values that are written whole. */
function recordsOf(record: Plain, outline: RecordOutline, place = '', linked = false): Map<string, Found> {
  const fields = new Map<string, unknown>();
  const found = new Map<string, Found>([[place, { outline, fields, linked }]]);
  for (const [name, value] of Object.entries(record)) {
    const field = outline.fields.get(name) as FieldOutline;
    fields.set(name, holdsRecords(field) ? 'records' : value);
    if (!holdsRecords(field)) continue;
    const links = linked || field.definition.list?.links === true;
    for (const element of value as Plain[]) {
      const below = `${place}/${name} ${keyOf(element, field.child)}`;
      for (const [at, each] of recordsOf(element, field.child, below, links)) found.set(at, each);
    }
  }
  return found;
}

/** Fields that come with every slice: keys, what every update needs, and what means nothing without the other. */
function isRepeated({ definition, name }: FieldOutline, { entity }: RecordOutline): boolean {
  return (
    definition.key === true ||
    definition.required === 'always' ||
    definition.unlisted === 'required' ||
    typeof definition.unlisted === 'object' ||
    name === 'CurrencyCode' ||
    entity === 'Product.SkuPriceList'
  );
}

type Slice = readonly [item: PreparedItem, header: RequestHeader];

/** Checks the slices of one item, in their order. */
function check(name: ImportName, slices: readonly Slice[]): void {
  const { root } = outlineOf(name);
  const [first] = slices as [Slice];
  const whole = recordsOf(first[0].whole, root);
  const sent = new Map<string, Set<string>>();
  for (const [{ record }, header] of slices) {
    assert.deepEqual([...untruths(record, root, header), ...brokenDependencies(name, header)], []);
    for (const [place, { outline, fields }] of recordsOf(record, root)) {
      const all = whole.get(place);
      assert.ok(all !== undefined, `${place} is no record of the item`);
      const before = sent.get(place);
      const written = writtenBy(outline, header);
      for (const [field, value] of fields) {
        const its = outline.fields.get(field) as FieldOutline;
        const at = `${place} ${field}`;
        assert.deepEqual(value, all.fields.get(field), at);
        const isAgain = before?.has(field) === true;
        assert.ok(!isAgain || isRepeated(its, outline) || holdsRecords(its), `${at} is written twice`);
        const isLate = before !== undefined && !isAgain && written.get(field) === 'createOnly';
        assert.ok(!isLate || its.definition.key, `${at} comes after its record was created`);
      }
      for (const [field] of before === undefined && !all.linked ? all.fields : []) {
        const isNeeded = outline.fields.get(field)?.definition.required === 'insert';
        assert.ok(!isNeeded || fields.has(field), `${place} is created without ${field}`);
      }
      for (const { name: itsSwitch, list } of outline.switches) {
        if (fields.has(list)) assert.equal(fields.get(itsSwitch), all.fields.get(itsSwitch), itsSwitch);
      }
      sent.set(place, new Set([...(before ?? []), ...fields.keys()]));
    }
  }
  for (const [place, { fields }] of whole) {
    for (const field of fields.keys()) assert.ok(sent.get(place)?.has(field), `${place} ${field} is lost`);
  }
}

function slicesOf({ requests }: Prepared): Slice[][] {
  const byItem = new Map<PreparedItem['indexes'], Slice[]>();
  for (const { header, items } of requests) {
    for (const item of items) byItem.set(item.indexes, [...(byItem.get(item.indexes) ?? []), [item, header]]);
  }
  return [...byItem.values()];
}

function sentBy({ requests }: Prepared) {
  return requests.map(({ header, stage, items }) => [stage, header, items.map(({ text }) => text)]);
}

/** Imports of which a change feed has records to cut. */
const nested: ReadonlySet<ImportName> = new Set([
  'import-products',
  'import-relations',
  'import-supplier-products',
]);

describe('prepare: laws of slices', function () {
  this.timeout(600_000);

  for (const name of importNames) {
    for (const fullFile of 'fullFile' in imports[name] ? [false, true] : [false]) {
      it(`${name}: ${rounds} random ${fullFile ? 'full feeds' : 'items'}`, async () => {
        let cut = 0;
        const fewest = fullFile ? rounds / 50 : nested.has(name) ? rounds / 100 : 0;
        await enoughRounds(
          fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, isChosen) => {
            const random = new Random(seed);
            const items = randomItems(name, fullFile ? 2 + random.whole(3) : 1, random);
            const fields: 'carried' | ListedValues = isChosen ? randomVariants(name, random) : 'carried';
            const options = { switches: randomSwitches(name, random), fields };
            const result = await prepared(name, items, { ...options, fullFile });
            const slices = slicesOf(result);
            for (const each of slices) check(name, each);
            cut += slices.filter(({ length }) => length > 1).length;
            // What comes back whole can be sent again, and comes to the same.
            const [whole] = slices.flat().map(([item]) => item.whole);
            if (fullFile || whole === undefined) return;
            assert.deepEqual(sentBy(await prepared(name, [whole], options)), sentBy(result));
          }),
          { rounds, seen: () => cut, fewest },
        );
      });
    }
  }
});
