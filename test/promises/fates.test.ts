/**
 * Promise 6: every item's fate is told once, and rightly, whatever fails. A sample; `npm run fates` runs the whole.
 */
import assert from 'node:assert/strict';
import { fateScenarios } from './fate-scenarios.ts';
import { type FateReport, runFates } from './fates.ts';

describe("promise 6: every item's fate is known and right", () => {
  const messages = 12;
  let reports: readonly FateReport[];

  before(async function () {
    this.timeout(300_000);
    reports = await runFates(fateScenarios, messages);
  });

  for (const [index, { name }] of fateScenarios.entries()) {
    it(`${messages} messages under: ${name}`, () => {
      const report = reports[index] ?? assert.fail('no report');
      assert.deepEqual(report.wrong, []);
      assert.equal(report.accepted + report.notSent + report.unknown, report.items);
    });
  }
});
