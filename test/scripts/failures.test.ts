/**
 * What failed in several runs of Mocha can be read at the end of the last, and is not counted twice.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromRoot } from '../../scripts/build/paths.ts';
import { failuresText } from '../../scripts/test/failures.ts';

const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
const failing = `describe('outer', () => {
  it('passes', () => {});
  it('fails', () => { require('node:assert').equal(1, 2, '3 failing'); });
  it('throws a text', () => { throw 'a text'; });
  describe('inner', () => {
    before(() => { throw new TypeError('no stage'); });
    it('never plays', () => {});
  });
});`;

describe('failures of all runs', () => {
  let folder: string;
  let failures: string;

  const run = (file: string, ...options: readonly string[]) => {
    const reporting = ['--reporter', fromRoot('scripts', 'test', 'failures.ts')];
    reporting.push('--reporter-option', `file=${failures}`);
    const { stdout } = spawnSync(process.execPath, [
      mocha,
      '--no-config',
      '--no-color',
      ...reporting,
      ...options,
      file,
    ]);
    return stdout.toString();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'norce-failures-'));
    failures = join(folder, 'failures');
    await writeFile(failures, '');
    await writeFile(join(folder, 'failing.cjs'), failing);
    await writeFile(join(folder, 'passing.cjs'), "it('passes', () => {});");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('are told with title, file, message and place, and beside them stands what Mocha itself reports', () => {
    for (const options of [['--parallel'], []]) {
      assert.match(run(join(folder, 'failing.cjs'), ...options), /^ {2}1 passing .*\n {2}3 failing$/m);
    }
    const lines = failuresText(failures).split('\n');
    assert.ok(lines.every((line) => line.startsWith('|')));
    const told = lines.filter((line) => /^\| \d\) /.test(line));
    const titles = ['outer fails', 'outer throws a text', 'outer inner "before all" hook for "never plays"'];
    assert.deepEqual(
      told,
      [...titles, ...titles].map((title, index) => `| ${index + 1}) ${title}`),
    );
    const occurrences = (part: string) => lines.filter((line) => line.includes(part)).length;
    assert.equal(occurrences('3 failing'), 2);
    assert.equal(occurrences('a text" was thrown'), 2);
    assert.equal(occurrences('TypeError: no stage'), 2);
    assert.ok(occurrences('failing.cjs:3:') >= 2);
    assert.equal(lines.filter((line) => line.endsWith('failing.cjs')).length, 6);
  });

  it('are an empty text where there are none', () => {
    assert.match(run(join(folder, 'passing.cjs')), /^ {2}1 passing/m);
    assert.equal(failuresText(failures), '');
  });
});
