/**
 * Of a message is kept what fits, and the smallest properties first, whatever stands in it.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NodeMessage } from 'node-red';
import { keptMessage, mostKept, restoredMessage } from '../../src/runtime/kept-message.ts';

const bytes = (properties: object) => Buffer.byteLength(JSON.stringify(properties));

describe('kept message', () => {
  it('leaves out no more than it must, the largest first', () => {
    const text = fc.integer({ min: 0, max: mostKept / 2 }).map((length) => 'å'.repeat(length));
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), text, { maxKeys: 8 }), (given) => {
        const { payload: _p, req: _q, res: _s, ...all } = given;
        const { properties } = restoredMessage(keptMessage(given as NodeMessage));
        assert.ok(bytes(properties) <= mostKept);
        const left = Object.entries(all).filter(([name]) => !Object.hasOwn(properties, name));
        const smallest = left.sort(([, one], [, other]) => one.length - other.length)[0];
        if (smallest === undefined) return;
        assert.ok(Object.values(properties).every((value) => String(value).length <= smallest[1].length));
        assert.ok(bytes({ ...properties, [smallest[0]]: smallest[1] }) > mostKept);
      }),
    );
  });

  it('keeps what it can of very many properties', () => {
    const many = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, number) => [`name${number}`, number]),
    );
    const { properties, notKept } = restoredMessage(keptMessage(many as NodeMessage));
    assert.ok(bytes(properties) > mostKept - 100 && bytes(properties) <= mostKept);
    assert.equal(notKept.length, 20);
  });
});
