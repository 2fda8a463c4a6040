/**
 * Dates and GUIDs as .NET reads them: what it would refuse must not pass, what it takes must not be refused.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isDate, isUuid } from '../../src/contract/formats.ts';

describe('contract: dates', () => {
  const good = [
    '2026-01-31',
    '2024-02-29',
    '2000-02-29',
    '0001-01-01',
    '9999-12-31T23:59:59.9999999',
    '2026-01-31T08:00',
    '2026-01-31T08:00:00',
    '2026-01-31 08:00:00',
    '2026-01-31T08:00:00.1',
    '2026-01-31T08:00:00Z',
    '2026-01-31T08:00:00+02:00',
    '2026-01-31T08:00:00-14:59',
  ];
  const bad = [
    '',
    'today',
    '2026',
    '2026-01',
    '2026-1-31',
    '31-01-2026',
    '2026/01/31',
    '20260131',
    '0000-01-01',
    '+012026-01-31T00:00:00Z',
    '2026-00-10',
    '2026-13-10',
    '2026-01-00',
    '2026-01-32',
    '2026-04-31',
    '2025-02-29',
    '1900-02-29',
    '2026-02-30',
    '2026-01-31T24:00:00',
    '2026-01-31T23:60:00',
    '2026-01-31T23:59:60',
    '2026-01-31T8:00:00',
    '2026-01-31T08',
    '2026-01-31T08:00:00.',
    '2026-01-31T08:00:00.12345678',
    '2026-01-31T08:00:00+15:00',
    '2026-01-31T08:00:00+02',
    '2026-01-31T08:00:00+02:60',
    '2026-01-31Z',
    ' 2026-01-31',
    '2026-01-31 ',
    '2026-01-31\n',
    '２０２６-01-31',
  ];
  for (const text of good) it(`takes ${text}`, () => assert.equal(isDate(text), true));
  for (const text of bad) it(`refuses ${JSON.stringify(text)}`, () => assert.equal(isDate(text), false));

  it('agrees with the calendar on every day, existing or not', () => {
    const part = (length: number, least: number, most: number) =>
      fc.integer({ min: least, max: most }).map((number) => String(number).padStart(length, '0'));
    fc.assert(
      fc.property(part(4, 1, 9999), part(2, 0, 14), part(2, 0, 33), (year, month, day) => {
        const text = `${year}-${month}-${day}`;
        const time = new Date(`${text}T00:00:00Z`).getTime();
        const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
        assert.equal(isDate(text), exists);
        assert.equal(isDate(`${text}T12:30:15+01:00`), exists);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes every moment that a Date writes, from year 1 to 9999', () => {
    const moments = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (date) => isDate(date.toISOString())),
      { numRuns: 500 },
    );
  });
});

describe('contract: GUIDs', () => {
  it('takes the form with hyphens in any case', () => {
    assert.ok(isUuid('b1c4a6d2-0f6e-4c1b-9a53-2d9f0c8e7a61'));
    assert.ok(isUuid('B1C4A6D2-0F6E-4C1B-9A53-2D9F0C8E7A61'));
    assert.ok(isUuid('00000000-0000-0000-0000-000000000000'));
    fc.assert(fc.property(fc.uuid(), isUuid));
  });

  for (const text of [
    '',
    'b1c4a6d20f6e4c1b9a532d9f0c8e7a61',
    '{b1c4a6d2-0f6e-4c1b-9a53-2d9f0c8e7a61}',
    'g1c4a6d2-0f6e-4c1b-9a53-2d9f0c8e7a61',
    'b1c4a6d2-0f6e-4c1b-9a53-2d9f0c8e7a6',
    ' b1c4a6d2-0f6e-4c1b-9a53-2d9f0c8e7a61',
    'b1c4a6d2-0f6e-4c1b-9a53-2d9f0c8e7a61\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(isUuid(text), false));
  }
});
