/**
 * The thread that merges: started when it is needed, ended when it is not, and replaced when it has died.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import type { MergeJob } from '../../../src/accumulator/sealing/merge.ts';
import { merge } from '../../../src/accumulator/sealing/merge.ts';
import { Merger } from '../../../src/accumulator/sealing/merger.ts';
import { optionsOf, stock } from '../../prepare/prepared.ts';
import { bytesOf, textOf } from '../../support/bytes.ts';
import { lineOf } from './support.ts';

const longTime = 600_000;

function jobOf(items: number, changes: object = {}): MergeJob {
  const lines = Array.from({ length: items }, (_, index) =>
    lineOf('import-onhands', stock({ OnhandValue: index, IncomingValue: index }, `P${index % 900}`)),
  );
  const open = { requests: [], next: 0 };
  return {
    options: optionsOf('import-onhands', changes),
    lines: bytesOf(lines.join('\n')),
    returned: 0,
    open,
  };
}

/** The threads that are started while something runs. */
async function threadsOf(run: () => Promise<unknown>): Promise<Worker[]> {
  const workers: Worker[] = [];
  const note = (worker: Worker) => workers.push(worker);
  process.on('worker', note);
  await run().finally(() => process.off('worker', note));
  return workers;
}

describe('sealing: the thread that merges', function () {
  this.timeout(60_000);
  const started: Worker[] = [];
  const note = (worker: Worker) => started.push(worker);
  before(() => process.on('worker', note));
  after(async () => {
    process.off('worker', note);
    await Promise.all(started.map((worker) => worker.terminate()));
  });

  it('is started by the first call, shared by the others, and says what merging comes to', async () => {
    const merger = new Merger(longTime);
    const jobs = [jobOf(1000), jobOf(10, { maximumItems: 3 }), jobOf(0)];
    const expected = await Promise.all(jobs.map(merge));
    const workers = await threadsOf(async () => {
      const merged = await Promise.all(jobs.map((job) => merger.merge(job)));
      assert.ok(isDeepStrictEqual(merged, expected));
    });
    assert.equal(workers.length, 1);
  });

  it('says what is wrong with options, and goes on', async () => {
    const merger = new Merger(longTime);
    const workers = await threadsOf(async () => {
      await assert.rejects(merger.merge(jobOf(1, { accountId: 0.5 })), {
        code: 'OPTION_INVALID',
        retryable: false,
      });
      const broken = { ...jobOf(1), lines: bytesOf('key\tno JSON') };
      assert.equal((await merger.merge(broken)).rejected[0]?.text, 'no JSON');
      assert.equal((await merger.merge(jobOf(1))).pieces.length, 1);
    });
    assert.equal(workers.length, 1);
  });

  it('dies: what is under way is rejected, and the next call is answered by another one', async () => {
    const merger = new Merger(longTime);
    const [first] = await threadsOf(() => merger.merge(jobOf(6000)));
    const calls = Promise.allSettled([merger.merge(jobOf(6000)), merger.merge(jobOf(6000))]);
    await first?.terminate();
    for (const outcome of await calls) {
      assert.equal(outcome.status, 'rejected');
      assert.deepEqual([outcome.reason.code, outcome.reason.retryable], ['MERGE_FAILED', true]);
    }
    const workers = await threadsOf(async () =>
      assert.deepEqual(await merger.merge(jobOf(6000)), await merge(jobOf(6000))),
    );
    assert.equal(workers.length, 1);
  });

  it('is handed the lines: what it has merged does not wait in the main thread to be collected', async () => {
    const merger = new Merger(longTime);
    const job = jobOf(10);
    await merger.merge(job);
    assert.equal(job.lines.byteLength, 0);
  });

  it('ends after a while without work; the next call starts another one', async () => {
    const merger = new Merger(1);
    const workers = await threadsOf(async () => {
      await merger.merge(jobOf(1));
      await once(started.at(-1) as Worker, 'exit');
      assert.equal((await merger.merge(jobOf(2))).pieces.length, 1);
    });
    assert.equal(workers.length, 2);
  });

  it('that has merged much ends as soon as nobody has a turn any more, and not before', async () => {
    const merger = new Merger(longTime);
    const half = () => ({ ...jobOf(0), lines: bytesOf(`key\t${'x'.repeat(9 * 1024 * 1024)}`) });
    const workers = await threadsOf(async () => {
      await merger.inTurn(async () => {
        await merger.merge(half());
        await merger.merge(half());
        await wait(300);
        await merger.merge(jobOf(1));
      });
      await once(started.at(-1) as Worker, 'exit');
    });
    assert.equal(workers.length, 1);
    // The next one has merged little.
    const others = await threadsOf(async () => {
      await merger.inTurn(() => merger.merge(jobOf(1)));
      await wait(300);
      await merger.inTurn(() => merger.merge(jobOf(1)));
    });
    assert.equal(others.length, 1);
  });

  it('does not end while anything is under way, also where nobody has a turn', async () => {
    const merger = new Merger(1);
    const small = merger.merge(jobOf(1));
    const large = merger.merge(jobOf(30_000));
    await small;
    await merger.inTurn(async () => undefined);
    assert.equal((await large).rejected.length, 0);
  });

  it('what is out of the ordinary has a thread of its own, which ends with the answer', async () => {
    const merger = new Merger(longTime);
    await merger.merge(jobOf(1));
    const large = () => {
      const lines = `${textOf(jobOf(3).lines)}\nkey\t${'x'.repeat(17 * 1024 * 1024)}`;
      return { ...jobOf(3), lines: bytesOf(lines) };
    };
    const [own] = await threadsOf(async () =>
      assert.ok(isDeepStrictEqual(await merger.merge(large()), await merge(large()))),
    );
    assert.ok(own !== undefined);
    if (own.threadId !== -1) await once(own, 'exit');
    assert.deepEqual(await threadsOf(() => merger.merge(jobOf(1))), []);
  });

  it('lets work through one at a time, whatever becomes of it', async () => {
    const merger = new Merger(longTime);
    const steps: string[] = [];
    const work = (name: string, fails: boolean) => async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([
      merger.inTurn(work('one', true)),
      merger.inTurn(work('two', false)),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    assert.deepEqual(steps, ['one begins', 'one ends', 'two begins', 'two ends']);
  });

  for (const [kind, file] of [
    ['the sources', new URL('../../../src/accumulator/sealing/merger.ts', import.meta.url)],
    ['what was built', new URL('../../../dist/src/accumulator/sealing/merger.js', import.meta.url)],
  ] as const) {
    it(`runs from ${kind}, lets the process end only with an answer, and then does not hold it`, async () => {
      const script = `
        const { Merger } = await import(${JSON.stringify(file)});
        const merger = new Merger(${longTime});
        const job = ${JSON.stringify({ ...jobOf(3), lines: textOf(jobOf(3).lines) })};
        const lines = new TextEncoder().encode(job.lines);
        merger.merge({ ...job, lines }).then(({ pieces }) => console.log(new TextDecoder().decode(pieces[0].texts)));`;
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script]);
      assert.equal(stderr, '');
      assert.equal((JSON.parse(`[${stdout}]`) as unknown[]).length, 3);
    });
  }
});
