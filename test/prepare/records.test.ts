/**
 * Tries to have something read from a record that is not sent with it, and a plain one taken for another.
 */
import assert from 'node:assert/strict';
import { plainNames } from '../../src/prepare/records.ts';

describe('prepare: plain records', () => {
  it('have nothing hidden and nothing inherited', () => {
    const hidden = Object.defineProperty({ A: 1 }, 'B', { value: 2 });
    const first = Object.defineProperty(Object.defineProperty({}, 'B', { value: 2 }), 'A', {
      value: 1,
      enumerable: true,
    });
    assert.deepEqual(plainNames({ b: 1, 2: 0, A: 2 }), ['2', 'b', 'A']);
    for (const record of [hidden, first, Object.create({ A: 1 })])
      assert.equal(plainNames(record), undefined);
  });

  it('stay plain where somebody has added to the prototype of all objects', () => {
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    prototype.everywhere = 1;
    try {
      assert.deepEqual(plainNames({}), []);
      assert.deepEqual(plainNames({ A: 1 }), ['A']);
      const hidden = Object.defineProperty({}, 'B', { value: 2 }) as Record<string, unknown>;
      assert.equal(plainNames(hidden), undefined);
    } finally {
      delete prototype.everywhere;
    }
  });
});
