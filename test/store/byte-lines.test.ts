/**
 * Lines as bytes: what is divided is all there, once, in its order.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dividedByKey, joinedLines, lineCount } from '../../src/store/sqlite/operations/byte-lines.ts';
import { bytesOf, textOf } from '../support/bytes.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((any) => any.replaceAll(/[\t\n]/g, ' '));
const line = fc
  .tuple(fc.constantFrom('a', 'b', 'Art. 7', 'ö', '😀', ''), text)
  .map(([key, rest]) => `${key}\t${rest}`);
const blocksOfLines = fc.array(fc.array(line, { minLength: 1, maxLength: 8 }), { maxLength: 6 });

const keyOf = (of: string) => of.slice(0, of.indexOf('\t'));

describe('store: lines as bytes', () => {
  it('are divided so that each key is in one partition, and nothing is lost or changes its order', () => {
    fc.assert(
      fc.property(blocksOfLines, fc.integer({ min: 1, max: 7 }), (blocks, partitions) => {
        const divided = dividedByKey(
          blocks.map((lines) => bytesOf(lines.join('\n'))),
          partitions,
        );
        const placeOf = new Map<string, number>();
        for (const [partition, lines] of divided) {
          assert.ok(partition >= 0 && partition < partitions);
          for (const each of textOf(lines).split('\n')) {
            assert.equal(placeOf.get(keyOf(each)) ?? partition, partition);
            placeOf.set(keyOf(each), partition);
          }
        }
        const given = blocks.flat();
        const expected = new Map<number, string[]>();
        for (const each of given) {
          const partition = placeOf.get(keyOf(each)) as number;
          expected.set(partition, [...(expected.get(partition) ?? []), each]);
        }
        assert.deepEqual(
          new Map([...divided].map(([partition, lines]) => [partition, textOf(lines).split('\n')])),
          expected,
        );
      }),
    );
  });

  it('belong where they have belonged since the first version: a batch may be half divided by a former one', () => {
    const places = { 'PartNo=["A"]': 283, 'PartNo=["B"]': 562, 'Code=["ö"]': 242, 'Code=["😀"]': 110 };
    for (const [key, place] of Object.entries(places)) {
      assert.deepEqual([...dividedByKey([bytesOf(`${key}\t{}`)], 1000).keys()], [place]);
    }
  });

  it('are refused where one is empty, and not written in another form', () => {
    for (const lines of ['\n', 'key\t{}\n', '\nkey\t{}']) {
      assert.throws(() => dividedByKey([bytesOf(lines)], 1), /without a key/);
    }
  });

  it('of two blocks are divided alike, however they are cut: a batch begun once is divided in several steps', () => {
    fc.assert(
      fc.property(blocksOfLines, fc.integer({ min: 1, max: 7 }), (blocks, partitions) => {
        const bytes = blocks.map((lines) => bytesOf(lines.join('\n')));
        const steps = bytes.map((block) => dividedByKey([block], partitions));
        const together = dividedByKey(bytes, partitions);
        for (let partition = 0; partition < partitions; partition++) {
          const parts = steps.flatMap((step) => step.get(partition) ?? []);
          assert.deepEqual(joinedLines(parts), together.get(partition) ?? bytesOf(''));
        }
      }),
    );
  });

  it('are counted and joined as what they are', () => {
    fc.assert(
      fc.property(blocksOfLines, (blocks) => {
        const bytes = blocks.map((lines) => bytesOf(lines.join('\n')));
        const joined = joinedLines(bytes);
        assert.equal(textOf(joined), blocks.flat().join('\n'));
        assert.equal(lineCount(joined), blocks.flat().length);
      }),
    );
  });
});
