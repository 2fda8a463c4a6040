/**
 * What is handed over between threads instead of being copied, and given back when it is done with.
 */

import assert from 'node:assert/strict';
import { merge } from '../../src/accumulator/sealing/merge.ts';
import { giveBack, transferable } from '../../src/transferable.ts';
import { lineOf } from '../accumulator/sealing/support.ts';
import { optionsOf, stock } from '../prepare/prepared.ts';
import { bytesOf } from '../support/bytes.ts';

describe('bytes between threads', () => {
  it('are handed over wherever an answer holds them', async () => {
    const partition = bytesOf('lines');
    const pieces = [bytesOf('one'), bytesOf('another')];
    const answers = [
      { id: 1, result: { lines: partition, returned: 0 } },
      { id: 2, result: pieces.map((texts, position) => ({ position, texts })) },
    ];
    assert.deepEqual(transferable(answers), [partition.buffer, ...pieces.map(({ buffer }) => buffer)]);
    const call = {
      id: 3,
      operation: 'feeds.append',
      arguments: [1, { blocks: pieces.map((lines) => ({ lines })) }, {}, 2],
    };
    assert.deepEqual(
      transferable(call),
      pieces.map(({ buffer }) => buffer),
    );
    const lines = bytesOf(lineOf('import-onhands', stock({ OnhandValue: 1 })));
    const result = await merge({
      options: optionsOf('import-onhands'),
      lines,
      returned: 0,
      open: { requests: [], next: 0 },
    });
    assert.deepEqual(
      transferable({ id: 1, result }),
      result.pieces.flatMap(({ keys, texts }) => [keys.buffer, texts.buffer]),
    );
    assert.equal(result.pieces.length, 1);
  });

  it('give their memory back at once, without the garbage collector', () => {
    const megabyte = 1024 * 1024;
    const before = process.memoryUsage().external;
    for (let round = 0; round < 50; round++) {
      const bytes = new Uint8Array(megabyte).fill(round);
      giveBack({ arguments: [round, [{ texts: bytes }]] });
      assert.equal(bytes.length, 0);
    }
    assert.ok(process.memoryUsage().external - before < 2 * megabyte);
  });

  it('are copied where their buffer holds more, or nothing', () => {
    assert.deepEqual(transferable([Buffer.from('in a pool'), bytesOf('part').subarray(1), bytesOf('')]), []);
  });
});
