/**
 * The last minute outlives a restart, whatever is done to the machine's clock meanwhile.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { machineClock, surelyElapsed } from '../../src/store/sqlite/machine-clock.ts';
import { Machine } from './support/machine.ts';
import { Stores } from './support/stores.ts';

const minute = 60_000;

describe('store: slots', () => {
  const stores = new Stores();
  after(() => stores.clear());

  it('law: on one boot, no setting of the clock lets a slot seem older than it is', () => {
    const action = fc.oneof(
      fc.record({ pass: fc.integer({ min: 0, max: 2 * minute }) }),
      fc.record({ set: fc.integer({ min: -10 * minute, max: 10 * minute }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 10 }), fc.integer({ min: 0, max: 19 }), (actions, begin) => {
        const machine = new Machine();
        machine.pass(begin);
        const from = machine.moment();
        let passed = 0;
        let isSet = false;
        for (const each of actions) {
          if ('pass' in each) {
            machine.pass(each.pass);
            passed += each.pass;
          } else {
            machine.set(each.set);
            isSet ||= each.set !== 0;
          }
        }
        const elapsed = surelyElapsed(from, machine.moment(), machine.uptimeResolution);
        assert.ok(elapsed >= 0);
        assert.ok(elapsed <= passed, `${elapsed} of ${passed}`);
        if (!isSet) assert.ok(elapsed >= passed - 2 * machine.uptimeResolution);
      }),
    );
  });

  it('after the machine was started anew only its clock is left, and never shows less than nothing', () => {
    const machine = new Machine();
    const from = machine.moment();
    machine.pass(5_000);
    machine.reboot();
    machine.pass(1_000);
    assert.equal(surelyElapsed(from, machine.moment(), 20), 6_000);
    machine.set(-minute);
    assert.equal(surelyElapsed(from, machine.moment(), 20), 0);
  });

  it('the uptime of this machine is that of all its processes, and as fine as is said', () => {
    const begin = machineClock.moment();
    const until = performance.now() + 100;
    while (performance.now() < until);
    const end = machineClock.moment();
    assert.ok(end.uptime - begin.uptime > 100 - machineClock.uptimeResolution);
    assert.ok(begin.uptime > process.uptime() * 1_000 - machineClock.uptimeResolution);
  });

  for (const [what, shift] of [
    ['forward', 10 * minute],
    ['back', -10 * minute],
  ] as const) {
    it(`a clock set ${what} between two processes does not shorten a slot`, async () => {
      const file = stores.newFile();
      const clock = new Machine();
      const first = stores.open(file, { clock });
      const slots = await Promise.all(['a', 'a', 'b'].map((throttle) => first.slots.take(throttle)));
      const [ended = 0, open = 0] = slots;
      await first.slots.end(ended);
      await first.close();
      clock.pass(30_000);
      clock.set(shift);
      const second = stores.open(file, { clock });
      const [loaded, ...others] = await second.slots.load('a', minute);
      assert.equal(loaded?.id, ended);
      assert.ok((loaded.endedFor ?? Number.POSITIVE_INFINITY) <= 30_000);
      if (shift > 0) assert.ok((loaded.endedFor ?? 0) >= 29_900);
      assert.deepEqual(others, [{ id: open, endedFor: undefined }]);
    });
  }

  it('what ended longer ago than the window is dropped, what did not end stays', async () => {
    const clock = new Machine();
    const { slots } = stores.open(undefined, { clock });
    const [old = 0, young = 0, open = 0, other = 0] = [
      await slots.take('a'),
      await slots.take('a'),
      await slots.take('a'),
      await slots.take('b'),
    ];
    await slots.end(old);
    clock.pass(40_000);
    await slots.end(young);
    await slots.end(other);
    clock.pass(40_000);
    const ids = async (throttle: string) => (await slots.load(throttle, minute)).map(({ id }) => id);
    assert.deepEqual(await ids('a'), [young, open]);
    assert.deepEqual(await ids('b'), [other]);
    await slots.forget([young, open]);
    assert.deepEqual(await ids('a'), []);
    assert.ok((await slots.take('a')) > other, 'an id is never used twice');
  });
});
