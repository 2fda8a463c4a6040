/**
 * The judge of accumulators, judged: what is right passes, and every kind of fault is seen.
 */
import assert from 'node:assert/strict';
import type { ImportName } from '../../src/contract/index.ts';
import { Job } from '../../src/simulator/job.ts';
import {
  collections,
  type LoadedCollection,
  MessageMaker,
  type ShopContent,
  valuesOf,
} from './accumulator-load/collections.ts';
import { ForwardJudge, judgeShop, LaneJudge, OutcomeJudge } from './accumulator-load/judge.ts';
import { Sent } from './accumulator-load/sent.ts';
import { type Plain, Random, subjects } from './shapes.ts';

const stock = collections[0] as LoadedCollection;
const [record = '', other = ''] = stock.records;
const refused = stock.records.at(-1) ?? '';

function item(name: string, fields: Plain): Plain {
  return { ...subjects[stock.import].keys(name), ...fields };
}

/** A shop that holds just these records. */
function shop(...records: readonly (readonly [string, Plain])[]): ShopContent {
  const content = new Map(records.map(([name, fields]) => [name, item(name, { IsActive: true, ...fields })]));
  return new Map([[stock, content]]);
}

/** What was sent for one record: values of `OnhandValue`, and whether each was acknowledged. */
function sent(name: string, ...messages: readonly (readonly [number, boolean])[]): Sent {
  const memory = new Sent();
  for (const [value, isAcknowledged] of messages) {
    const items = [item(name, { OnhandValue: value })];
    const values = items.flatMap((each) => [...valuesOf(stock, name, each)]) as [string, number][];
    const id = memory.add({ items, values });
    if (isAcknowledged) memory.acknowledge(id);
  }
  return memory;
}

const [v1, v2, v3] = [1_000_001, 1_000_002, 1_000_003];
const before = shop([record, { OnhandValue: 7 }], [other, {}]);

function kinds(faults: readonly string[]): string[] {
  return faults.map((fault) => fault.slice(0, fault.indexOf(':')));
}

describe('promise 1: the judge of accumulators', () => {
  it('what was acknowledged, or something newer that was sent, is right', () => {
    const memory = sent(record, [v1, true], [v2, true], [v3, false]);
    for (const value of [v2, v3]) {
      assert.deepEqual(
        judgeShop(memory, before, shop([record, { OnhandValue: value }], [other, {}]), []),
        [],
      );
    }
    const unacknowledged = sent(record, [v1, false]);
    assert.deepEqual(judgeShop(unacknowledged, before, before, []), []);
  });

  it('an older value, and none at all, is lost; unless it is kept as failed, with a reason', () => {
    const memory = sent(record, [v1, true], [v2, true]);
    for (const value of [7, v1]) {
      const after = shop([record, { OnhandValue: value }], [other, {}]);
      assert.deepEqual(kinds(judgeShop(memory, before, after, [])), ['lost']);
      const text = JSON.stringify(item(record, { OnhandValue: v2 }));
      const kept = { collection: stock, text, reason: '{"code":"ITEM_REFUSED"}' };
      assert.deepEqual(judgeShop(memory, before, after, [kept]), []);
      const unexplained = judgeShop(memory, before, after, [{ ...kept, reason: '{}' }]);
      assert.deepEqual(kinds(unexplained), ['failed without a reason']);
    }
  });

  it('a value that was sent for another record, or never, is seen; a field that nobody sent, too', () => {
    const memory = sent(record, [v1, true]);
    const misplaced = shop([record, { OnhandValue: v1 }], [other, { OnhandValue: v1 }]);
    assert.ok(kinds(judgeShop(memory, before, misplaced, [])).includes('not sent'));
    const wiped = shop([record, { OnhandValue: v1, IsActive: false }], [other, {}]);
    assert.deepEqual(kinds(judgeShop(memory, before, wiped, [])), ['changed by nobody']);
  });

  it('a record that Connect refuses, and that is there all the same, is seen', () => {
    const memory = sent(refused, [v1, true]);
    const after = shop([refused, { OnhandValue: v1 }]);
    assert.deepEqual(kinds(judgeShop(memory, shop([refused, {}]), after, [])), ['refused, and yet there']);
  });

  it('a field that goes back is seen', () => {
    const judge = new ForwardJudge();
    for (const value of [7, v1, v1, v3]) judge.look(shop([record, { OnhandValue: value }]));
    assert.deepEqual(judge.faults, []);
    judge.look(shop([record, { OnhandValue: v2 }]));
    assert.deepEqual(kinds(judge.faults), ['went back']);
  });

  it('an outcome that is never told, or told again without a word, is seen', () => {
    const judge = new OutcomeJudge();
    for (const batch of ['told', 'repeated', 'unmarked', 'twice', 'untold']) judge.begun(batch);
    judge.told('told', false, 1);
    judge.told('repeated', false, 1);
    judge.told('repeated', true, 2);
    judge.told('unmarked', false, 1);
    judge.told('unmarked', false, 2);
    judge.told('twice', false, 3);
    judge.told('twice', true, 3);
    assert.deepEqual(
      judge.faults.map((fault) => fault.split(',')[0]),
      [
        'told again without a word: batch unmarked',
        'told again without a word: batch twice',
        'never told: batch untold',
      ],
    );
  });

  it('jobs that share a record must not meet, unless they are one request sent twice', () => {
    let id = 0;
    const job = (
      start: number,
      stop: number,
      items: readonly Plain[],
      importName: ImportName = stock.import,
    ) => {
      const payload = {
        importName,
        header: { fields: {} } as never,
        body: Buffer.from(JSON.stringify(items)),
      };
      const made = new Job(++id, payload, { importedRow: () => null });
      made.start = new Date(start);
      made.stop = new Date(stop);
      return made;
    };
    const faultsOf = (...jobs: readonly Job[]) => {
      const judge = new LaneJudge();
      judge.look(jobs);
      judge.look(jobs);
      return kinds(judge.faults);
    };
    const one = [item(record, { OnhandValue: v1 })];
    const newer = [item(record, { OnhandValue: v2 })];
    const another = [item(other, { OnhandValue: v2 })];
    assert.deepEqual(faultsOf(job(0, 10, one), job(10, 20, newer)), []);
    assert.deepEqual(faultsOf(job(0, 10, one), job(5, 20, another)), []);
    assert.deepEqual(faultsOf(job(0, 10, one), job(5, 20, one)), []);
    assert.deepEqual(faultsOf(job(0, 10, one), job(5, 20, newer)), ['lane not held']);
  });

  it('messages carry what their values say, in growing numbers', () => {
    const maker = new MessageMaker(new Random(1));
    let last = 0;
    for (const collection of collections) {
      for (const { items, values } of Array.from({ length: 20 }, () => maker.message(collection, 3))) {
        const carried = items.flatMap((each) => {
          const name = collection.records.find((candidate) =>
            Object.entries(subjects[collection.import].keys(candidate)).every(
              ([key, value]) => each[key] === value,
            ),
          );
          return [...valuesOf(collection, name ?? '', each)];
        });
        assert.deepEqual(new Map(carried), new Map(values));
        for (const [, value] of values) {
          assert.ok(value > last);
          last = value;
        }
      }
    }
  });
});
