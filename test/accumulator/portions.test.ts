/**
 * Tries to have lines that say something else than the items of which they were made.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { blockOf, type Lines, Portions } from '../../src/accumulator/portions.ts';
import { itemsOf, linesOf } from '../../src/accumulator/sealing/lines.ts';
import type { CollectedItem } from '../../src/prepare/index.ts';
import { bytesOf } from '../support/bytes.ts';

const letters = fc.constantFrom('a', 'ö', '€', '😀', '\ufeff', '"', '\\', '\n', '\t', '\ud800');
const texts = fc.string({ unit: letters, maxLength: 20 });
const item: fc.Arbitrary<CollectedItem> = fc
  .tuple(texts, texts, fc.constantFrom(0, 0, 0, 3000))
  .map(([key, value, fill]) => ({
    // As they are made: what has a meaning in lines is escaped in JSON, and so is half a character.
    key: `\ufeffCode=${JSON.stringify([key])}`,
    text: JSON.stringify({ value, fill: 'å'.repeat(fill) }),
  }));
// Fewer than are written together, about as many, and more than a block holds.
const messages = fc
  .constantFrom(1, 3, 31, 32, 33, 64, 70, 1000, 1001)
  .chain((length) => fc.tuple(fc.array(item, { minLength: 1, maxLength: 8 }), fc.constant(length)));

function portionsOf(items: readonly CollectedItem[]): readonly Lines[] {
  const portions = new Portions();
  for (const each of items) portions.add(each);
  assert.equal(portions.items, items.length);
  return portions.end();
}

function textOf({ lines }: Pick<Lines, 'lines'>): string {
  return typeof lines === 'string' ? lines : Buffer.from(lines).toString();
}

function lineOf({ key, text }: CollectedItem): string {
  return `${key}\t${text}`;
}

describe('accumulator: items as lines', () => {
  it('law: portions hold the items in their order, in bounded blocks, and count them', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 3 }), (given) => {
        const lists = given.map(([items, length]) =>
          Array.from({ length }, (_, index) => items[index % items.length] as CollectedItem),
        );
        const portions = lists.flatMap(portionsOf);
        const all = lists.flat();
        assert.deepEqual(
          portions.flatMap((portion) => textOf(portion).split('\n')),
          all.map(lineOf),
        );
        for (const portion of portions) {
          const own = textOf(portion)
            .split('\n')
            .map((line) => line.slice(line.indexOf('\t') + 1));
          assert.equal(portion.items, own.length);
          assert.equal(
            portion.bytes,
            own.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
          );
          assert.ok(portion.items <= 1000 && (portion.items === 1 || portion.bytes <= 256 * 1024));
        }
        const block = blockOf(portions, 7);
        assert.equal(textOf(block), all.map(lineOf).join('\n'));
        assert.deepEqual([block.items, block.supplierId], [all.length, 7]);
        assert.equal(
          block.bytes,
          all.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('law: items come back from their lines, which have their memory to themselves', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), (items) => {
        const lines = linesOf(items);
        assert.equal(lines.buffer.byteLength, lines.length);
        assert.deepEqual(itemsOf(lines), items);
        assert.deepEqual(Buffer.from(lines), Buffer.from(bytesOf(items.map(lineOf).join('\n'))));
      }),
    );
  });
});
