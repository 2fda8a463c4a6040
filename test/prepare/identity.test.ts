/**
 * Tries to have two records known by one text, and a record by two.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { identify } from '../../src/prepare/identity.ts';

const alternatives = [['PartNo', 'WarehouseCode', 'LocationCode'], ['Code']];

describe('prepare: identity keys', () => {
  it('law: the text holds the values as JSON, whatever they are, and nothing of the record before', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.string({
        minLength: 1,
        unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u007f', '\u2028', '\ud800', 'å', 'A'),
      }),
    );
    const value = fc.oneof(text, fc.integer(), fc.double());
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1 }), (records) => {
        for (const [PartNo, WarehouseCode, LocationCode] of records) {
          const key = identify({ PartNo, WarehouseCode, LocationCode }, alternatives)?.key;
          const values = JSON.stringify([PartNo, WarehouseCode, LocationCode].map(String));
          assert.equal(key, `PartNo+WarehouseCode+LocationCode=${values}`);
          assert.equal(
            identify({ Code: PartNo }, alternatives)?.key,
            `Code=${JSON.stringify([String(PartNo)])}`,
          );
        }
      }),
    );
  });

  it('a getter that asks for another key changes nothing in its own', () => {
    const inner = { PartNo: 'B', WarehouseCode: 'V', LocationCode: 'K' };
    const outer = {
      PartNo: 'A',
      get WarehouseCode() {
        assert.equal(identify(inner, alternatives)?.key, 'PartNo+WarehouseCode+LocationCode=["B","V","K"]');
        return 'W';
      },
      LocationCode: 'L',
    };
    assert.equal(identify(outer, alternatives)?.key, 'PartNo+WarehouseCode+LocationCode=["A","W","L"]');
    const broken = {
      ...inner,
      get LocationCode(): string {
        throw new Error('no');
      },
    };
    assert.throws(() => identify(broken, alternatives));
    assert.equal(identify(inner, alternatives)?.key, 'PartNo+WarehouseCode+LocationCode=["B","V","K"]');
  });

  it('an alternative of which a value is missing is none', () => {
    const whole = { PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L' };
    assert.ok(identify(whole, alternatives) !== undefined);
    for (const missing of [undefined, null, '']) {
      assert.equal(identify({ ...whole, WarehouseCode: missing }, alternatives), undefined);
    }
    assert.deepEqual(identify({ ...whole, Code: 1 }, alternatives), {
      key: 'PartNo+WarehouseCode+LocationCode=["P","W","L"]',
      aliases: ['Code=["1"]'],
    });
  });
});
