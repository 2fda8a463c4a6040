/**
 * Mocha's own report, with each failure also kept in a file: what several runs have to say can be read at the end of
 * the last.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';
import { fromRoot } from '../build/paths.ts';

/** A test or hook that failed. */
interface Failure {
  readonly title: string;
  /** Path of the test file. */
  readonly file: string;
  /** Message and stack. */
  readonly reason: string;
}

/** What was thrown, in words. In files that run beside others, it comes here as a copy without its class. */
function reasonOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { message = '', stack = '' } = thrown as { readonly message?: string; readonly stack?: string };
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}

/** The reporter; its option `file` is where the failures go. */
export default class FailureReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { file } = options.reporterOptions as { readonly file: string };
    // Each is written at once: a run that dies keeps those that it had.
    runner.on('fail', (test: Mocha.Runnable, thrown: unknown) => {
      const failure: Failure = {
        title: test.fullTitle(),
        file: relative(fromRoot(), test.file ?? ''),
        reason: reasonOf(thrown),
      };
      appendFileSync(file, `${JSON.stringify(failure)}\n`);
    });
  }
}

/**
 * The failures that reporters wrote to a file, as text; empty when there are none.
 *
 * Every line begins with a bar, so that nothing in it can be taken for a summary of Mocha's.
 */
export function failuresText(file: string): string {
  const failures = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Failure);
  if (failures.length === 0) return '';
  const blocks = failures.map(
    ({ title, file, reason }, index) => `${index + 1}) ${title}\n${file}\n${reason}\n`,
  );
  const lines = ['All failures again:', '', ...blocks.flatMap((block) => block.split('\n'))];
  return lines.map((line) => `| ${line}`.trimEnd()).join('\n');
}
