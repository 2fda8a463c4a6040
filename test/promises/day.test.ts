/**
 * All promises together, over a day of changes. A sample of `npm run day`, and its judge, judged.
 */
import assert from 'node:assert/strict';
import {
  type LoadedCollection,
  type Place,
  type ShopContent,
  valuesOf,
} from './accumulator-load/collections.ts';
import { ForwardJudge, OutcomeJudge } from './accumulator-load/judge.ts';
import { Sent } from './accumulator-load/sent.ts';
import { busiestMinute, judgeLimit, judgeShop, Lag } from './day/judge.ts';
import { collections, limit, minute } from './day/plan.ts';
import { passDay } from './day/run.ts';
import { type Plain, subjects } from './shapes.ts';

const stock = collections.find(({ name }) => name === 'stock') as LoadedCollection;
const [record = ''] = stock.records;
const [v1, v2] = [1_000_001, 1_000_002];

function item(fields: Plain): Plain {
  return { ...subjects[stock.import].keys(record), ...fields };
}

/** A shop that holds just one record. */
function shop(fields: Plain): ShopContent {
  return new Map([[stock, new Map([[record, item({ IsActive: true, ...fields })]])]]);
}

/** Values of `OnhandValue` that were sent, and whether each was acknowledged. */
function sent(...messages: readonly (readonly [number, boolean])[]): Sent {
  const memory = new Sent();
  for (const [value, isAcknowledged] of messages) {
    const items = [item({ OnhandValue: value })];
    const values = items.flatMap((each) => [...valuesOf(stock, record, each)]) as [Place, number][];
    const number = memory.add({ items, values });
    if (isAcknowledged) memory.acknowledge(number);
  }
  return memory;
}

function kinds(faults: readonly string[]): string[] {
  return faults.map((fault) => fault.slice(0, fault.indexOf(':')));
}

describe('the judge of a day', () => {
  const before = shop({ OnhandValue: 7 });

  it('passes what was acknowledged, and something newer that was sent', () => {
    const memory = sent([v1, true], [v2, false]);
    for (const OnhandValue of [v1, v2])
      assert.deepEqual(judgeShop(memory, before, shop({ OnhandValue })), []);
    assert.deepEqual(judgeShop(sent([v1, false]), before, before), []);
  });

  it('sees what is lost, what nobody sent, and what changed by itself', () => {
    assert.deepEqual(kinds(judgeShop(sent([v1, true], [v2, true]), before, shop({ OnhandValue: v1 }))), [
      'lost',
    ]);
    assert.deepEqual(kinds(judgeShop(sent([v1, true]), before, before)), ['lost']);
    assert.deepEqual(kinds(judgeShop(sent([v1, true]), before, shop({ OnhandValue: v2 }))), ['not sent']);
    const other = shop({ OnhandValue: v1, IsActive: false });
    assert.deepEqual(kinds(judgeShop(sent([v1, true]), before, other)), ['changed by nobody']);
  });

  it('sees a field that goes back between two looks, though it is right in the end', () => {
    const judge = new ForwardJudge();
    for (const OnhandValue of [v2, v1, v2]) judge.look(shop({ OnhandValue }));
    assert.deepEqual(kinds(judge.faults), ['went back']);
  });

  it('sees a 429, and one request too many in a rolling minute', () => {
    const at = (...times: readonly number[]) => times.map((time) => ({ at: time, status: 200 }));
    const full = Array.from({ length: limit }, (_, number) => number);
    assert.deepEqual(judgeLimit(at(...full, minute), limit, minute), []);
    assert.deepEqual(kinds(judgeLimit(at(...full, minute - 1), limit, minute)), ['over the limit']);
    assert.deepEqual(kinds(judgeLimit([{ at: 0, status: 429 }], limit, minute)), ['429']);
    assert.equal(busiestMinute(at(0, 1, minute, minute + 1, minute + 1), minute), 3);
  });

  it('sees a batch of which nobody was told', () => {
    const judge = new OutcomeJudge();
    judge.begun('one');
    judge.begun('two');
    judge.told('one', false, 1);
    assert.deepEqual(kinds(judge.faults), ['never told']);
  });

  it('measures lag up to the value or a newer one', () => {
    const lag = new Lag();
    lag.acknowledged([['stock A OnhandValue', v1]], 100);
    lag.acknowledged([['stock A OnhandValue', v2]], 200);
    lag.look(new Map(), 250);
    lag.look(new Map([['stock A OnhandValue', v2]]), 300);
    lag.look(new Map([['stock A OnhandValue', v2]]), 400);
    assert.deepEqual(lag.arrived.get('stock'), [
      { from: 100, until: 300 },
      { from: 200, until: 300 },
    ]);
  });
});

describe('all promises over a day', function () {
  this.timeout(180_000);

  it('four sources, an outage, lost answers, deploys and a crash, in an hour: everything acknowledged arrives', async () => {
    const seed = Date.now() % 2 ** 31;
    const { faults, ...figures } = await passDay({ hours: 1, seed });
    assert.deepEqual(faults.slice(0, 20), [], `seed ${seed}: ${faults.length} faults`);
    // Without these the run has shown nothing.
    for (const { source, calm, outage } of figures.lags) {
      assert.ok(
        (calm?.values ?? 0) + (outage?.values ?? 0) > 0,
        `seed ${seed}: nothing of ${source} arrived`,
      );
    }
    assert.ok(figures.disturbed > 0 && figures.batches > 0);
  });
});
