/**
 * Runs all tests: several files at a time of those that compute, of those that wait for browsers, and of those that play
 * in a time of their own; by themselves those that measure time or fill the machine.
 */
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readyBrowser } from '../test/browser/chromium.ts';
import { fromRoot } from './build/paths.ts';
import { failuresText } from './test/failures.ts';

/** Beginnings of the paths of test files that wait for browsers and for Node-RED; what takes longest comes first. */
const waiting = [
  'test/browser/kept-values',
  'test/browser/dialogs',
  'test/browser/connection-dialog',
  'test/browser/accumulator-dialog',
  'test/browser/palette',
  'test/browser/',
  'test/end-to-end/',
  'test/examples/',
];
/** Beginnings of the paths of test files that leave the machine idle most of the time, but not to browsers. */
const idle = ['test/bench/', 'test/promises/deploys', 'test/promises/job-kills', 'test/promises/day'];
/** Beginnings of the paths of test files that run one after the other. */
const alone = [
  'test/connection/',
  'test/promises/limit',
  'test/promises/restarts',
  'test/promises/token',
  'test/runtime/deploys',
  'test/runtime/stop',
  'test/sending/faults',
  'test/simulator/limit',
];
/** Files at a time, where it is more than one. */
const jobs = { computing: 2, waiting: 3, idle: 2 };

const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
const folder = mkdtempSync(join(tmpdir(), 'norce-test-'));
const failures = join(folder, 'failures');
writeFileSync(failures, '');
const reporting = [
  '--reporter',
  fromRoot('scripts', 'test', 'failures.ts'),
  '--reporter-option',
  `file=${failures}`,
];

/** Resolves with the exit code of mocha over some files. */
function run(files: readonly string[], ...options: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mocha, ...reporting, ...options, ...files], {
      cwd: fromRoot(),
      stdio: 'inherit',
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const files = globSync('test/**/*.test.ts', { cwd: fromRoot() })
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const rankIn = (beginnings: readonly string[], file: string) =>
  beginnings.findIndex((beginning) => file.startsWith(beginning));
/** The files of a list, in its order. */
const filesOf = (beginnings: readonly string[]) =>
  files
    .filter((file) => rankIn(beginnings, file) >= 0)
    .sort((left, right) => rankIn(beginnings, left) - rankIn(beginnings, right));
const severalAtATime = (count: number) => ['--parallel', '--jobs', String(count)];
const computing = files.filter((file) => rankIn([...waiting, ...idle, ...alone], file) < 0);
await readyBrowser();
const codes = [
  await run(computing, ...severalAtATime(jobs.computing)),
  await run(filesOf(waiting), ...severalAtATime(jobs.waiting)),
  await run(filesOf(idle), ...severalAtATime(jobs.idle)),
  await run(filesOf(alone)),
];
process.exitCode = Math.max(...codes);
// The runs have long logs, of which often only the end is kept.
process.stdout.write(failuresText(failures));
rmSync(folder, { recursive: true });
