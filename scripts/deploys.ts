/**
 * `npm run deploys`: the long run of which `npm test` has a sample; writes docs/deploys.md when nothing is wrong.
 */
import { writeFile } from 'node:fs/promises';
import { thisMachine } from '../bench/machine.ts';
import { deployUnderLoad } from '../test/promises/deploy-load/run.ts';
import { fromRoot } from './build/paths.ts';
import { deploysPage } from './deploys/page.ts';

const deploys = 500;
/** Deploys between two signs of life. */
const step = 25;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const seed = Date.now() % 2 ** 31;
say(`${deploys} deploys under load, seed ${seed} ...`);
const result = await deployUnderLoad(deploys, seed, (done) => {
  if (done % step === 0) say(`${done} deployed`);
});
if (result.faults.length > 0) {
  say(`\n${result.faults.join('\n')}\n\n${result.faults.length} faults.`);
  process.exitCode = 1;
} else {
  const path = fromRoot('docs', 'deploys.md');
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(path, deploysPage(result, { date, machine: thisMachine() }));
  say(`No faults. Written: ${path}`);
}
