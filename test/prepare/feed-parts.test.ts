/**
 * A full feed that is prepared part by part comes to the same as in one go, wherever its parts begin and end.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import type { outlineOf } from '../../src/contract/outline.ts';
import { ConnectError } from '../../src/errors.ts';
import {
  cutHeader,
  cutPart,
  type FeedItem,
  type FeedNotes,
  type FeedPart,
  type FieldSelection,
  feedCut,
  feedPart,
  itemsRejected,
  type JointFields,
  joinFields,
  joinNotes,
  keysOfItem,
  type Preparation,
  type PreparedRequest,
  preparation as preparationOf,
  prepare,
  type RequestHeader,
} from '../../src/prepare/index.ts';
import { type Plain, Random } from '../promises/shapes.ts';
import { enoughRounds } from '../support/enough-rounds.ts';
import { optionsOf } from './prepared.ts';
import { randomItems, randomSwitches, randomVariants } from './random-items.ts';

const rounds = 150;

/** What a feed came to, in a form in which the order of its records says nothing. */
type Told = { readonly refusal: string } | { readonly requests: readonly string[] };

/** The fields that a header lists for records that an item holds. */
function listed(text: string, header: RequestHeader, preparation: Preparation): string[] {
  const { outline, plan } = preparation;
  return outline.lists.flatMap((list) => {
    const governed = outline.header.lists[list.name]?.governs ?? [];
    const numbers = new Set((header[list.name] ?? []) as readonly number[]);
    for (const slot of list.slots) {
      // What Connect skips where it is empty may be listed beside items that lack it.
      if (((plan.skipped[list.index] ?? 0) & (1 << slot.bit)) !== 0) {
        numbers.delete(plan.values[list.index]?.[slot.bit]?.number ?? -1);
      }
    }
    return holds(JSON.parse(text), outline.root, governed) ? [`${list.name}=${[...numbers].join()}`] : [];
  });
}

function holds(
  record: Plain,
  outline: ReturnType<typeof outlineOf>['root'],
  governed: readonly string[],
): boolean {
  if (governed.includes(outline.entity)) return true;
  return [...outline.fields.values()].some(({ name, child }) => {
    const below = record[name];
    if (child === undefined || below === undefined || below === null) return false;
    return (Array.isArray(below) ? below : [below]).some((each) => holds(each, child, governed));
  });
}

function toldOfChanges(requests: readonly PreparedRequest[], preparation: Preparation): string[] {
  return requests.flatMap(({ stage, header, items }) =>
    items.map(({ key, text }) =>
      JSON.stringify([stage, key, text, header.FullFile, listed(text, header, preparation)]),
    ),
  );
}

function toldOfWhole(header: RequestHeader, items: readonly FeedItem[]): string {
  return JSON.stringify([header, items.map(({ key, text }) => `${key} ${text}`).sort()]);
}

async function inOneGo(feed: readonly Plain[], preparation: Preparation): Promise<Told> {
  const { requests, refusal } = await prepare(feed, preparation);
  if (refusal !== undefined) return { refusal: refusal.code };
  const [whole, ...changes] = requests;
  assert.ok(whole !== undefined);
  const told = [toldOfWhole(whole.header, whole.items), ...toldOfChanges(changes, preparation)];
  return { requests: told.sort() };
}

/** As it comes back from the disk. */
function stored<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function isClashing(parts: readonly FeedPart[]): boolean {
  const keys = new Map<string, string>();
  return parts
    .flatMap(({ names }) => names)
    .some(([name, key]) => {
      const known = keys.get(name) ?? key;
      keys.set(name, key);
      return known !== key;
    });
}

async function inParts(
  feed: readonly Plain[],
  preparation: Preparation,
  partOf: (key: string) => number,
): Promise<Told> {
  const divided = new Map<number, Plain[]>();
  for (const item of feed) {
    const part = partOf(keysOfItem(preparation.options.import, item)[0] ?? '');
    divided.set(part, [...(divided.get(part) ?? []), item]);
  }
  const parts: FeedPart[] = [];
  for (const items of divided.values()) parts.push(await feedPart(items, preparation));
  const rejected = parts.reduce((sum, part) => sum + part.rejected.length, 0);
  if (rejected > 0 || isClashing(parts)) return { refusal: itemsRejected(rejected, feed.length).code };
  const notes = parts
    .map((part) => part.notes)
    .reduce<FeedNotes>(
      (all, next) => stored(joinNotes(all, next, preparation)),
      (await feedPart([], preparation)).notes,
    );
  const cut = feedCut(notes, preparation);
  if (cut instanceof ConnectError) return { refusal: cut.code };
  if ('header' in cut) {
    return {
      requests: [
        toldOfWhole(
          cut.header,
          parts.flatMap(({ items }) => items),
        ),
      ],
    };
  }
  const first: FeedItem[] = [];
  const changes: PreparedRequest[] = [];
  let joint: JointFields | undefined;
  for (const part of parts) {
    const pieces = await cutPart(stored(part.items), cut.masks, preparation);
    if (pieces instanceof ConnectError) return { refusal: pieces.code };
    first.push(...pieces.first);
    changes.push(...pieces.changes);
    joint = joint === undefined ? pieces.joint : stored(joinFields(joint, pieces.joint, preparation));
  }
  const header = cutHeader(joint as JointFields, preparation);
  if (header instanceof ConnectError) return { refusal: header.code };
  return { requests: [toldOfWhole(header, first), ...toldOfChanges(changes, preparation)].sort() };
}

/** Some items again, changed: under the same key, or, of a product, under another one. */
function withRepeats(items: readonly Plain[], random: Random): Plain[] {
  const again = items.filter(() => random.chance(0.3)).map((item) => structuredClone(item));
  for (const item of again) {
    if (random.chance(0.3)) delete item.Code;
  }
  return [...items, ...again];
}

describe('prepare: a full feed in parts', function () {
  this.timeout(600_000);

  for (const name of importNames.filter((each: ImportName) => 'fullFile' in imports[each])) {
    it(`${name}: ${rounds} random feeds come to the same as in one go`, async () => {
      let sent = 0;
      let cut = 0;
      await enoughRounds(
        fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, isChosen) => {
          const random = new Random(seed);
          const items = randomItems(name, 1 + random.whole(5), random);
          const feed = random.chance(0.5) ? items : withRepeats(items, random);
          const fields: FieldSelection = isChosen ? randomVariants(name, random) : 'carried';
          const options = { switches: randomSwitches(name, random), fields, fullFile: true };
          const preparation = preparationOf(optionsOf(name, options));
          const places = new Map<string, number>();
          const partOf = (key: string) => {
            const place = places.get(key) ?? random.whole(2);
            places.set(key, place);
            return place;
          };
          const expected = await inOneGo(feed, preparation);
          assert.deepEqual(await inParts(feed, preparation, partOf), expected);
          if ('refusal' in expected) return;
          sent++;
          if (expected.requests.length > 1) cut++;
        }),
        { rounds, seen: () => Math.min(sent / 4, cut), fewest: rounds / 50 },
      );
    });
  }

  it('refuses a feed of nothing', async () => {
    const preparation = preparationOf(optionsOf('import-onhands', { fullFile: true }));
    const cut = feedCut((await feedPart([], preparation)).notes, preparation);
    assert.ok(cut instanceof ConnectError);
    assert.equal(cut.code, 'FULL_FEED_EMPTY');
  });

  it('names the record that two products of different parts hold', async () => {
    const preparation = preparationOf(optionsOf('import-products', { fullFile: true }));
    const holding = (code: string) => ({ Code: code, Variants: [{ Skus: [{ PartNo: 'shared' }] }] });
    const [left, right] = [
      await feedPart([holding('a')], preparation),
      await feedPart([holding('b')], preparation),
    ];
    assert.ok(isClashing([left as FeedPart, right as FeedPart]));
    assert.ok(!isClashing([left as FeedPart, left as FeedPart]));
  });
});
