/**
 * What Connect says of jobs, in all the shapes in which it may say it.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseJobLog, problemsIn } from '../../src/jobs/job-log.ts';
import { parseJob, parseJobList, resultOf, statusName } from '../../src/jobs/job-state.ts';
import { keysOfItem } from '../../src/prepare/index.ts';

const job = {
  JobId: 481516,
  StatusId: 2,
  Totals: 3,
  Inserts: 27,
  Updates: 4,
  Fail: 1,
  Start: '2026-02-11T06:15:02.11',
  Stop: '2026-02-11T06:15:09.87',
  IsFinished: true,
  RunTime: '00:00:07.7600000',
};

describe('the state of a job', () => {
  it('is read under the names of the reference and of the contract, in any letter case', () => {
    const expected = {
      jobId: '481516',
      status: 2,
      isFinished: true,
      totals: 3,
      inserts: 27,
      updates: 4,
      fail: 1,
      start: job.Start,
      stop: job.Stop,
      runTime: job.RunTime,
    };
    assert.deepEqual(parseJob(JSON.stringify(job)), expected);
    const { Inserts, Updates, JobId, ...rest } = job;
    const singular = { ...rest, Insert: Inserts, Update: Updates, jobid: String(JobId) };
    assert.deepEqual(parseJob(JSON.stringify(singular)), expected);
  });

  it('ends with 2, 3 and 4, or when it says so; any other number runs', () => {
    const results = [1, 2, 3, 4, 5, 6, 7, 99, -1].map((status) =>
      resultOf({ jobId: '1', status, isFinished: false }),
    );
    const ends = [undefined, 'succeeded', 'failed', 'failed'];
    assert.deepEqual(results, [...ends, ...Array(5).fill(undefined)]);
    assert.equal(resultOf({ jobId: '1', status: 7, isFinished: true }), 'unknown');
    assert.equal(resultOf({ jobId: '1', isFinished: true }), 'unknown');
    assert.deepEqual([1, 5, 6, 7, undefined].map(statusName), [
      'initialized',
      'validating',
      'queued',
      'running',
      'running',
    ]);
  });

  it('is refused where there is no job in the answer, and left out of a list', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '"OK"',
      '{}',
      '{"JobId":0}',
      '{"JobId":"x"}',
      '<html>',
      '{"JobId":1.5}',
    ]) {
      assert.throws(() => parseJob(text), { code: 'ANSWER_MALFORMED' }, text);
    }
    for (const text of ['', 'null', '{}', '"OK"', '<html>']) {
      assert.throws(() => parseJobList(text), { code: 'ANSWER_MALFORMED' }, text);
    }
    assert.deepEqual(parseJobList('[{"JobId":7,"StatusId":1},null,{},"x",[]]'), [
      { jobId: '7', status: 1, isFinished: false },
    ]);
  });

  it('is never more than an error, whatever Connect answers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        for (const parse of [parseJob, parseJobList, parseJobLog]) {
          try {
            parse(text);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'ANSWER_MALFORMED');
          }
        }
      }),
    );
  });
});

describe('the log of a job', () => {
  const item = (number: number) => ({
    PartNo: `P${number}`,
    WarehouseCode: 'W',
    LocationCode: 'L',
    OnhandValue: number,
  });
  const keysOf = (row: Readonly<Record<string, unknown>>) => keysOfItem('import-onhands', row);
  const keys = [0, 1, 2].map((number) => keysOf(item(number))[0] as string);
  const row = (SeverityId: unknown, Message: string, ImportedRow: unknown = null) => ({
    SeverityId,
    Message,
    TimeStamp: '2026-02-11T06:15:05.4',
    ImportedRow,
  });

  it('is taken as a list and as a single row', () => {
    const one = row(1, 'Starting import.');
    assert.deepEqual(parseJobLog(JSON.stringify(one)), parseJobLog(JSON.stringify([one])));
  });

  it('ties errors and warnings to the items that they are about', () => {
    const rows = parseJobLog(
      JSON.stringify([
        row(1, 'Starting import.'),
        row(3, 'No such SKU.', JSON.stringify(item(2))),
        row(2, 'Location is new.', JSON.stringify(item(0))),
        row(1, 'Import finished.'),
      ]),
    );
    assert.deepEqual(problemsIn(rows, keys, keysOf), {
      warnings: 1,
      errors: 1,
      matched: [
        { key: keys[2], index: 2, severity: 'error', message: 'No such SKU.' },
        { key: keys[0], index: 0, severity: 'warning', message: 'Location is new.' },
      ],
      unmatched: [],
    });
  });

  it('guesses nothing: rows that are missing, cut or about other items are counted by their text', () => {
    const cut = JSON.stringify(item(1)).slice(0, 30);
    const rows = parseJobLog(
      JSON.stringify([
        row(3, 'No such SKU.'),
        row(3, 'No such SKU.', cut),
        row(3, 'No such SKU.', JSON.stringify(item(9))),
        row(3, 'Other.', '[]'),
        row(9, 'Severe.'),
      ]),
    );
    assert.deepEqual(problemsIn(rows, keys, keysOf), {
      warnings: 0,
      errors: 5,
      matched: [],
      unmatched: [
        { severity: 'error', message: 'No such SKU.', count: 3 },
        { severity: 'error', message: 'Other.', count: 1, row: '[]' },
        { severity: 'error', message: 'Severe.', count: 1 },
      ],
    });
  });

  it('counts every row exactly once, however many there are', () => {
    const problem = fc.record({
      severity: fc.constantFrom(1, 2, 3),
      message: fc.constantFrom('a', 'b'),
      about: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 4 })),
    });
    fc.assert(
      fc.property(fc.array(problem), (problems) => {
        const rows = problems.map(({ severity, message, about }) =>
          row(severity, message, about === null ? null : JSON.stringify(item(about))),
        );
        const found = problemsIn(parseJobLog(JSON.stringify(rows)), keys, keysOf);
        const told = found.matched.length + found.unmatched.reduce((sum, { count }) => sum + count, 0);
        assert.equal(found.warnings, problems.filter(({ severity }) => severity === 2).length);
        assert.equal(found.errors, problems.filter(({ severity }) => severity === 3).length);
        assert.equal(told, found.warnings + found.errors);
        const known = problems.filter(({ severity, about }) => severity > 1 && about !== null && about < 3);
        assert.equal(found.matched.length, known.length);
      }),
    );
  });
});
