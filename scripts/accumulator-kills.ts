/**
 * `npm run accumulator`: the long run of which `npm test` has a sample; writes docs/accumulator.md when nothing is
 * wrong.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Machine, thisMachine } from '../bench/machine.ts';
import {
  type AccumulatorKillOptions,
  type AccumulatorKillResult,
  killAccumulators,
} from '../test/promises/accumulator-kills.ts';
import type { Aim } from '../test/promises/accumulator-load/aiming.ts';
import { phases } from '../test/promises/accumulator-load/life.ts';
import { type FeedKillResult, feedPhases, killFeeds } from '../test/promises/feed-kills.ts';
import type { Sabotage } from '../test/promises/processes/accumulating-lines.ts';
import { fromRoot } from './build/paths.ts';
import { inColumns, markdownTable, type TableLines } from './table.ts';

interface Run {
  readonly name: string;
  readonly options: Omit<AccumulatorKillOptions, 'seed' | 'progress'>;
}

/** A defect on purpose, what kills have to hit so that it shows, and as what it has to show. */
interface Defect {
  readonly sabotage: Sabotage;
  readonly aims: readonly Aim[];
  readonly kinds: readonly string[];
}

const fullSize = 1000;
const usage = `npm run accumulator -- [options]

  --kills <number>  kills, at least 10, and a tenth as many in full feeds (default ${fullSize})

A run of ${fullSize} also writes docs/accumulator.md.
`;

/** Kills between two signs of life. */
const step = 50;
/** Kills after which a defect is looked for, and the rounds in which it has to be found. */
const roundSize = 6;
const mostRounds = 10;

const defects: readonly Defect[] = [
  { sabotage: 'early done', aims: ['commit'], kinds: ['lost'] },
  { sabotage: 'early release', aims: ['anything'], kinds: ['lost', 'lane not held', 'went back'] },
  { sabotage: 'no resend', aims: ['accepted, answer not read', 'send'], kinds: ['lost'] },
  { sabotage: 'early telling', aims: ['telling'], kinds: ['never told'] },
];

function runsOf(kills: number): readonly Run[] {
  const withClock = Math.round(kills / 10);
  return [
    { name: 'killed', options: { kills: kills - withClock } },
    {
      name: 'killed, the clock jumps by an hour',
      options: { kills: withClock, hasJumpingClock: true },
    },
  ];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function carryOut({ name, options }: Run): Promise<AccumulatorKillResult> {
  const seed = Date.now() % 2 ** 31;
  say(`${name}: ${options.kills} times, seed ${seed} ...`);
  const progress = (done: number) => {
    if (done % step === 0) say(`${done} killed`);
  };
  const result = await killAccumulators({ ...options, seed, progress });
  const kind = options.hasJumpingClock ? ', the clock jumping' : '';
  const origin = `(seed ${seed}, ${options.kills} kills${kind})`;
  return { ...result, faults: result.faults.map((fault) => `${fault} ${origin}`) };
}

/** The kinds of faults that a defect shows in, with the kills that it took; undefined where it was not found. */
async function found({
  sabotage,
  aims,
  kinds: expected,
}: Defect): Promise<{ kills: number; kinds: string } | undefined> {
  for (let round = 1; round <= mostRounds; round++) {
    const seed = Date.now() % 2 ** 31;
    const { faults } = await killAccumulators({ kills: roundSize, seed, sabotage, aims });
    const kinds = new Set(faults.map((fault) => fault.slice(0, fault.indexOf(':'))));
    if (expected.some((kind) => kinds.has(kind)))
      return { kills: round * roundSize, kinds: [...kinds].join(', ') };
  }
  return undefined;
}

async function carryOutFeeds(kills: number): Promise<FeedKillResult> {
  const seed = Date.now() % 2 ** 31;
  say(`killed in full feeds: ${kills} times, seed ${seed} ...`);
  const progress = (done: number) => {
    if (done % step === 0) say(`${done} killed`);
  };
  const result = await killFeeds({ kills, seed, progress });
  return { ...result, faults: result.faults.map((fault) => `${fault} (seed ${seed}, ${kills} kills)`) };
}

function feedLines(kills: number, result: FeedKillResult): TableLines {
  return [
    ['Kills', 'Feeds', 'Parts and changes acknowledged', 'FullFile requests', 'Faults'],
    [kills, result.feeds, result.acknowledged, result.fullRequests, result.faults.length].map(String),
  ];
}

function feedHitLines({ hits }: FeedKillResult): TableLines {
  return [
    ['Under way when it was killed', ...feedPhases],
    ['', ...feedPhases.map((phase) => String(hits[phase]))],
  ];
}

type Results = readonly (readonly [Run, AccumulatorKillResult])[];

function resultLines(results: Results): TableLines {
  return [
    [
      '',
      'Kills',
      'Messages',
      'Acknowledged',
      'Batches',
      'Outcomes told again',
      'Jobs',
      'Kept as failed',
      '429',
      'Faults',
    ],
    ...results.map(([{ name }, result]) => [
      name,
      ...[
        result.kills,
        result.messages,
        result.acknowledged,
        result.batches,
        result.repeated,
        result.jobs,
        result.failed,
        result.overLimit,
        result.faults.length,
      ].map(String),
    ]),
  ];
}

function hitLines(results: Results): TableLines {
  return [
    ['Under way when it was killed', ...results.map(([{ name }]) => name)],
    ...phases.map((phase) => [phase, ...results.map(([, { hits }]) => String(hits[phase]))]),
  ];
}

function defectLines(
  list: readonly (readonly [Defect, { kills: number; kinds: string } | undefined])[],
): TableLines {
  return [
    ['Defect on purpose', 'Kills', 'Seen as'],
    ...list.map(([{ sabotage }, seen]) => [
      sabotage,
      seen === undefined ? '' : String(seen.kills),
      seen?.kinds ?? 'NOT SEEN',
    ]),
  ];
}

function page(
  results: Results,
  feeds: FeedKillResult,
  defectTable: TableLines,
  { cores, memory, system, node, nodeRed }: Machine,
): string {
  return `# Accumulators, killed

Written by \`npm run accumulator\` on ${new Date().toISOString().slice(0, 10)}, when it had found no fault. \`npm test\` runs a sample. Power cuts and disks that fail: \`npm run power\`.

Machine: ${cores} cores, ${memory} GB, ${system}, Node.js ${node}, Node-RED ${nodeRed}.

A process with nine accumulators (two of stock in one lane, products, prices that follow the products, customers, companies, price lists, relations, and suppliers' products, set to another supplier from life to life), the sender of their batches and the store takes messages of 1 to 3 items, now and then of 100, as fast as it acknowledges them, and is killed (SIGKILL) at random moments and at moments that hurt, again and again. Connect is the simulator, hostile: jobs side by side, in any order, some of them slow; a fifth of the answers lost, broken or errors; jobs that fail; a record of each collection that is never written. Failed items are requeued at random and at the end. A minute lasts 300 ms.

${markdownTable(resultLines(results))}

A kill often hits several things at once:

${markdownTable(hitLines(results))}

## Killed in full feeds

Another process collects full feeds of stock of about 8,000 items in parts of 1,000, each feed with its own items missing and its own values, some of them never finished, and changes of the same collection meanwhile. Parts and changes that were not acknowledged are handed over once more. Answers are lost and requests fail as above.

${markdownTable(feedLines(feedKills(fullSize), feeds))}

${markdownTable(feedHitLines(feeds))}

A fault here is a FullFile request that is not just one finished feed; a record that is deactivated though the last feed or a later change has it, or active though the last feed lacks it; another value than the last feed's, or than that of a change newer than it; any 429.

## What counts as a fault

Every value that is sent has a number. For each field of each record:

- **lost**: the shop does not have the newest acknowledged value or a newer one. Only where Connect refused the item, or its job failed, may it be among the failed items that are kept instead, with a reason.
- **not sent**: the shop has a value that was not sent for just that field and record. A message that was not acknowledged may have arrived or not. **Changed by nobody**: a field that no message carried is not as it was. **Refused, and yet there**: a value of a record that Connect refuses.
- **went back**: at any moment of the run a field changed to an older value.
- **lane not held**: two jobs with the same record were under way at the same time and were not one request sent twice.
- **never told**: the outcome of a batch; **told again without a word**: an outcome came once more and did not say so.
- **not drained**: after the last kill something still waited when everything should have gone.
- **over the limit**: any 429. (That the limit holds over restarts under full load is shown by \`test/promises/restarts.test.ts\`.)

## Whether faults would be seen

${markdownTable(defectTable)}

- **early done**: messages are acknowledged before they are on disk. **Early release**: a job counts as succeeded as soon as it has been made, and its items and lane are let go. **No resend**: a request whose answer was lost counts as accepted. **Early telling**: outcomes count as told before they are.
`;
}

function feedKills(size: number): number {
  return Math.round(size / 10);
}

function readSize(): number | undefined {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: String(fullSize) },
      help: { type: 'boolean', default: false },
    },
  });
  const size = Number(values.kills);
  return values.help || !Number.isInteger(size) || size < 10 ? undefined : size;
}

async function main(): Promise<void> {
  const size = readSize();
  if (size === undefined) return say(usage);
  const results: (readonly [Run, AccumulatorKillResult])[] = [];
  for (const run of runsOf(size)) results.push([run, await carryOut(run)]);
  say(`\n${inColumns(resultLines(results))}\n\n${inColumns(hitLines(results))}\n`);
  const feeds = await carryOutFeeds(feedKills(size));
  say(`\n${inColumns(feedLines(feedKills(size), feeds))}\n\n${inColumns(feedHitLines(feeds))}\n`);
  const faults = [...results.flatMap(([, result]) => result.faults), ...feeds.faults];
  for (const fault of faults) say(fault);
  const seen: (readonly [Defect, Awaited<ReturnType<typeof found>>])[] = [];
  for (const defect of defects) {
    say(`With a defect: ${defect.sabotage} ...`);
    seen.push([defect, await found(defect)]);
  }
  const defectTable = defectLines(seen);
  say(`\n${inColumns(defectTable)}\n`);
  if (faults.length > 0 || seen.some(([, each]) => each === undefined)) {
    say('Something is wrong.');
    process.exitCode = 1;
  } else if (size >= fullSize) {
    const path = fromRoot('docs', 'accumulator.md');
    await writeFile(path, page(results, feeds, defectTable, thisMachine()));
    say(`No faults. Written: ${path}`);
  }
}

await main();
