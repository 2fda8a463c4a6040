/**
 * `npm run bench`: measures the built package, each figure beside its limit or a rival in the same run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromRoot } from '../scripts/build/paths.ts';
import { asError } from '../src/errors.ts';
import { accumulatorFigures } from './accumulator.ts';
import type { Figure } from './figure.ts';
import { installFigures } from './install.ts';
import { thisMachine } from './machine.ts';
import { manyRecordsFigures } from './many-records.ts';
import { messageFigures } from './message.ts';
import { type BenchOptions, readOptions, type Sizes, usage } from './options.ts';
import { prepareFigures } from './prepare.ts';
import { figuresPage, type Results, terminalTable } from './report.ts';
import { startFigures } from './start.ts';
import { throttleFigures } from './throttle.ts';
import { UserFolders } from './user-folder.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function measureAll(sizes: Sizes): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measure = async (what: string, work: () => Promise<Figure[]>) => {
    say(`Measuring ${what} ...`);
    figures.push(...(await work()));
  };
  await measure('prepare', () => prepareFigures(sizes));
  await measure('the throttle', () => throttleFigures(sizes));
  const folders = await UserFolders.create();
  try {
    await measure('a large message in Node-RED', () => messageFigures(sizes, folders.withPackage));
    await measure('accumulators', () => accumulatorFigures(sizes, folders.withPackage));
    await measure('a great many records', () => manyRecordsFigures(sizes, folders.withPackage));
    await measure('the installation', () => installFigures(folders.withPackage));
    await measure("Node-RED's start", () => startFigures(sizes, folders));
  } finally {
    await folders.remove();
  }
  return figures;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  say(`Written: ${path}`);
}

async function run({ sizes, isFull, json }: BenchOptions): Promise<void> {
  const figures = await measureAll(sizes);
  const results: Results = {
    command: 'npm run bench',
    date: new Date().toISOString().slice(0, 10),
    machine: thisMachine(),
    sizes,
    figures,
  };
  say(`\n${terminalTable(figures)}\n`);
  if (json !== undefined) await write(json, `${JSON.stringify(results, null, 2)}\n`);
  if (isFull) await write(fromRoot('docs', 'figures.md'), figuresPage(results));
}

async function main(): Promise<void> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (thrown) {
    process.stderr.write(`${asError(thrown).message}\n\n${usage}`);
    process.exitCode = 1;
    return;
  }
  if (options === undefined) say(usage);
  else await run(options);
}

await main();
