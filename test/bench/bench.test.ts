/**
 * The benchmark runs from end to end at tiny sizes, and its arithmetic is right; its figures are nobody's test.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { costRatio, type Figure, median } from '../../bench/figure.ts';
import { readOptions, scaledSizes } from '../../bench/options.ts';
import { figuresPage, type Results, terminalTable } from '../../bench/report.ts';
import { fromRoot } from '../../scripts/build/paths.ts';

const run = promisify(execFile);

const figure: Figure = {
  name: 'Speed',
  unit: 'items/s',
  better: 'higher',
  measured: { name: 'ours', values: [900, 100, 500] },
  beside: { name: 'rival', values: [1000] },
  aim: 'at most 2.5 times its time',
  method: 'By hand.',
};

describe('bench', () => {
  it('takes the middle value, whatever the order', () => {
    assert.equal(median([900, 100, 500]), 500);
    assert.equal(median([10, 9, 1, 100]), 9.5);
    assert.throws(() => median([]), RangeError);
  });

  it('gives cost as a multiple, also where more is better, and none beside zero', () => {
    assert.equal(costRatio(figure), 2);
    assert.equal(costRatio({ ...figure, better: 'lower' }), 0.5);
    assert.equal(costRatio({ ...figure, beside: { name: 'limit', values: [0] } }), undefined);
  });

  it('shows each figure with its range beside its rival, on the terminal and on the page', () => {
    const results: Results = {
      command: 'npm run bench',
      date: '2030-01-31',
      machine: { cores: 2, memory: 8, system: 'Linux x64', node: 'v24.0.0', nodeRed: '5.0.0' },
      sizes: scaledSizes(0.0001, 3),
      figures: [figure],
    };
    assert.match(
      terminalTable([figure]),
      /^Speed +items\/s +500 \(100 to 900\) +rival: 1,000 +2\.00 +at most/m,
    );
    const page = figuresPage(results);
    assert.match(page, /^\| Speed \| items\/s \| 500 \(100 to 900\) \| rival: 1,000 \| 2\.00 \| at most/m);
    for (const part of ['npm run bench', '2030-01-31', '2 cores', 'Node-RED 5.0.0', 'By hand.']) {
      assert.ok(page.includes(part), part);
    }
  });

  it('publishes full runs only, and says which option is wrong', () => {
    assert.equal(readOptions([])?.isFull, true);
    assert.equal(readOptions(['--scale', '0.5'])?.isFull, false);
    assert.equal(readOptions(['--rounds', '4'])?.isFull, false);
    assert.equal(readOptions(['--help']), undefined);
    for (const wrong of [
      ['--scale', '0'],
      ['--scale', '2'],
      ['--scale', 'x'],
      ['--rounds', '1.5'],
      ['--no'],
    ]) {
      assert.throws(() => readOptions(wrong), /--/, wrong.join(' '));
    }
  });

  it('runs from end to end at tiny sizes, and leaves the published figures alone', async function () {
    this.timeout(400_000);
    const folder = await mkdtemp(join(tmpdir(), 'norce-bench-test-'));
    const changed = () =>
      stat(fromRoot('docs', 'figures.md')).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
    const before = await changed();
    try {
      const json = join(folder, 'figures.json');
      const script = fromRoot('bench', 'run.ts');
      const options = ['--scale', '0.0001', '--rounds', '1', '--json', json];
      const { stdout } = await run(process.execPath, [script, ...options]);
      const results = JSON.parse(await readFile(json, 'utf8')) as Results;
      assert.equal(results.figures.length, 26);
      for (const { name, measured, beside } of results.figures) {
        assert.ok(stdout.includes(name), name);
        for (const { values } of [measured, beside]) {
          assert.ok(values.length > 0 && values.every(Number.isFinite), name);
        }
      }
      const overLimit = results.figures.find(({ name }) => name.includes('over the limit'));
      assert.deepEqual(overLimit?.measured.values, [0]);
      assert.equal(results.machine.node, process.version);
      assert.equal(await changed(), before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
