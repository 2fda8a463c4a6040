/**
 * Runs all tests: those that mostly wait several files at a time, and by themselves those that measure time, fill the
 * machine, or build the package.
 */
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromRoot } from './build/paths.ts';
import { failuresText } from './test/failures.ts';

/** Parts of the paths of test files that run one after the other. */
const alone = [
  'test/bench/',
  'test/browser/',
  'test/connection/',
  'test/end-to-end/',
  'test/examples/',
  'test/promises/day',
  'test/promises/deploys',
  'test/promises/job-kills',
  'test/promises/limit',
  'test/promises/restarts',
  'test/promises/token',
  'test/runtime/deploys',
  'test/runtime/stop',
  'test/sending/faults',
  'test/simulator/limit',
];
/** Files at a time. */
const jobs = 2;

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
const isAlone = (file: string) => alone.some((part) => file.startsWith(part));
const codes = [
  await run(
    files.filter((file) => !isAlone(file)),
    '--parallel',
    '--jobs',
    String(jobs),
  ),
  await run(files.filter(isAlone)),
];
process.exitCode = Math.max(...codes);
// The runs have long logs, of which often only the end is kept.
process.stdout.write(failuresText(failures));
rmSync(folder, { recursive: true });
