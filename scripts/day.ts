/**
 * `npm run day`: the long run of which `npm test` has a sample; writes docs/day.md when nothing is wrong.
 */
import { writeFile } from 'node:fs/promises';
import { thisMachine } from '../bench/machine.ts';
import { passDay } from '../test/promises/day/run.ts';
import { fromRoot } from './build/paths.ts';
import { dayPage } from './day/page.ts';

/** Every so manieth message is thrown away, in an hour, to see whether that shows. */
const dropEvery = 40;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const seed = Date.now() % 2 ** 31;
say(`A day, seed ${seed} ...`);
const result = await passDay({ hours: 24, seed, progress: say });
const { faults, ...figures } = result;
say(`${JSON.stringify(figures, null, 2)}\n${faults.slice(0, 50).join('\n')}\n${faults.length} faults.`);
say('With a defect ...');
const { faults: seen } = await passDay({ hours: 1, seed, dropEvery });
say(`${seen.length} faults.`);
if (faults.length > 0 || !seen.some((fault) => fault.startsWith('lost: '))) {
  say('Something is wrong.');
  process.exitCode = 1;
} else {
  const path = fromRoot('docs', 'day.md');
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(path, dayPage(result, { date, machine: thisMachine(), dropEvery, seen }));
  say(`No faults. Written: ${path}`);
}
