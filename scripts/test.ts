/**
 * Runs all tests: those that mostly wait several files at a time, and by themselves those that measure time, fill the
 * machine, or build the package.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromRoot } from './build/paths.ts';

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

/** Resolves with the exit code of mocha over some files. */
function run(files: readonly string[], ...options: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mocha, ...options, ...files], {
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
