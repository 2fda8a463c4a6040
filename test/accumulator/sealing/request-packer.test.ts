/**
 * A request is filled to its limit, to the byte, and not beyond, also where an earlier partition began it.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RequestPacker } from '../../../src/accumulator/sealing/request-packer.ts';
import type { NewPiece } from '../../../src/store/index.ts';
import { assertLawful, openAfter, requestsOf } from './support.ts';

describe('sealing: the limits of requests', () => {
  it('hold to the byte for texts of any length, in any partitions', () => {
    const size = fc.integer({ min: 2, max: 9 });
    const partitions = fc.array(fc.array(size, { maxLength: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(partitions, fc.integer({ min: 11, max: 40 }), (sizes, maximumBytes) => {
        const limit = { maximumItems: 5, maximumBytes };
        const pieces: NewPiece[] = [];
        let count = 0;
        for (const partition of sizes) {
          const packer = new RequestPacker(openAfter(requestsOf(pieces)), limit);
          for (const bytes of partition) {
            count += 1;
            packer.add(0, '{}', { key: `${count}`, text: `"${'x'.repeat(bytes - 2)}"`, bytes, follows: [] });
          }
          pieces.push(...packer.finish());
        }
        const requests = requestsOf(pieces);
        assertLawful(requests, limit);
        assert.deepEqual(
          requests.flatMap(({ items }) => items.map(({ key }) => Number(key))),
          Array.from({ length: count }, (_, index) => index + 1),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('a piece ends before 256 kB, and an item that is larger is one by itself', () => {
    const packer = new RequestPacker({ requests: [], next: 7 }, { maximumItems: 100, maximumBytes: 1e8 });
    const text = (kilobytes: number) => JSON.stringify('x'.repeat(kilobytes * 1024 - 2));
    for (const kilobytes of [100, 100, 100, 300, 1]) {
      packer.add(0, '{}', { key: 'k', text: text(kilobytes), bytes: kilobytes * 1024, follows: [] });
    }
    const pieces = packer.finish();
    assert.deepEqual(
      pieces.map(({ items }) => items),
      [2, 1, 1, 1],
    );
    assert.deepEqual(
      requestsOf(pieces).map(({ number, items }) => [number, items.length]),
      [[7, 5]],
    );
  });
});
