/**
 * Tries to have the rules seal too early, too late, twice or never.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Rules } from '../../src/accumulator/release-rules.ts';
import type { ReleaseRules } from '../../src/accumulator/types.ts';

const at = (text: string) => Date.parse(text);

function waiting(items: number, oldestAt: number | undefined, bytes = items * 100) {
  return { waiting: { items, bytes }, oldestAt: items === 0 ? undefined : oldestAt };
}

const nightly = { pattern: '30 2 * * *', timeZone: 'Europe/Stockholm' };

describe('accumulator: release rules', () => {
  it('number and bytes: at the limit, not before it', () => {
    const rules = new Rules({ items: 3, bytes: 1000 });
    assert.equal(rules.areMet(waiting(2, 0, 999), 1e15), false);
    assert.equal(rules.areMet(waiting(3, 0, 1), 0), true);
    assert.equal(rules.areMet(waiting(1, 0, 1000), 0), true);
    assert.equal(rules.nextRelease(waiting(2, 0)), undefined, 'time alone decides nothing');
  });

  it('age: counted from the oldest item', () => {
    const rules = new Rules({ age: 3_600_000 });
    assert.equal(rules.areMet(waiting(1, 1000), 3_600_999), false);
    assert.equal(rules.areMet(waiting(1, 1000), 3_601_000), true);
    assert.equal(rules.nextRelease(waiting(1, 1000)), 3_601_000);
  });

  it('schedule: at its time in its zone', () => {
    const rules = new Rules({ schedule: nightly });
    const came = at('2026-01-10T12:00:00Z');
    assert.equal(rules.nextRelease(waiting(1, came)), at('2026-01-11T01:30:00Z'));
    assert.equal(rules.areMet(waiting(1, came), at('2026-01-11T01:29:59Z')), false);
    assert.equal(rules.areMet(waiting(1, came), at('2026-01-11T01:30:00Z')), true);
  });

  it('schedule: a run that was missed is made up for, once', () => {
    const rules = new Rules({ schedule: nightly });
    const came = at('2026-01-10T12:00:00Z');
    const back = at('2026-01-14T09:00:00Z');
    assert.equal(rules.areMet(waiting(5, came), back), true, 'three runs were missed');
    assert.equal(rules.areMet(waiting(0, came), back), false, 'it has been made up for');
    assert.equal(rules.areMet(waiting(1, back), back), false, 'what comes now waits for the next run');
    assert.equal(rules.nextRelease(waiting(1, back)), at('2026-01-15T01:30:00Z'));
  });

  it('schedule: both changes of summer time', () => {
    const rules = new Rules({ schedule: nightly });
    // 02:30 does not exist in this night, and exists twice in the other one.
    const spring = rules.nextRelease(waiting(1, at('2026-03-28T12:00:00Z'))) ?? 0;
    assert.ok(
      spring >= at('2026-03-29T01:00:00Z') && spring <= at('2026-03-29T01:30:00Z'),
      new Date(spring).toISOString(),
    );
    const autumn = rules.nextRelease(waiting(1, at('2026-10-24T12:00:00Z'))) ?? 0;
    assert.equal(autumn, at('2026-10-25T00:30:00Z'));
    assert.equal(rules.nextRelease(waiting(1, autumn)), at('2026-10-26T01:30:00Z'), 'once in that night');
  });

  it('what is no schedule is refused with the reason', () => {
    const bad = [
      { pattern: 'every hour', timeZone: 'UTC' },
      { pattern: '0 25 * * *', timeZone: 'UTC' },
      { pattern: '0 0 30 2 *', timeZone: 'UTC' },
      { pattern: '0 1 * * *', timeZone: 'Europe/Atlantis' },
      { pattern: '', timeZone: 'UTC' },
    ];
    for (const schedule of bad) {
      assert.throws(() => new Rules({ schedule }), { code: 'SCHEDULE_INVALID' }, JSON.stringify(schedule));
    }
  });

  it('law: met means that a limit is reached or that the time of the next release has come', () => {
    const amount = fc.integer({ min: 1, max: 50 });
    const optional = fc.record(
      { items: amount, bytes: amount, age: fc.integer({ min: 1, max: 10_000 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        optional,
        fc.nat(60),
        fc.nat(60),
        fc.nat(10_000),
        fc.nat(20_000),
        (rules, items, bytes, oldest, now) => {
          const given = rules as ReleaseRules;
          const state = waiting(items, oldest, bytes);
          const isMet = new Rules(given).areMet(state, now);
          const isFull = items >= (given.items ?? Infinity) || bytes >= (given.bytes ?? Infinity);
          const isOld = now - oldest >= (given.age ?? Infinity);
          assert.equal(isMet, items > 0 && (isFull || isOld));
        },
      ),
    );
  });
});
