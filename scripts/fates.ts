/**
 * `npm run fates`: many messages under every kind of fault, each item's fate held against what the simulator took.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Machine, thisMachine } from '../bench/machine.ts';
import { asError } from '../src/errors.ts';
import { fateScenarios } from '../test/promises/fate-scenarios.ts';
import { type FateReport, runFates } from '../test/promises/fates.ts';
import { fromRoot } from './build/paths.ts';
import { inColumns, markdownTable, type TableLines } from './table.ts';

const fullSize = 100;
const usage = `npm run fates -- [options]

  --messages <number>  messages under each kind of fault (default ${fullSize})

A run of ${fullSize} also writes docs/fates.md.
`;

const headings = [
  'Fault',
  'Messages',
  'Items',
  'Requests',
  'Struck',
  'Accepted',
  'Said: perhaps twice',
  'Not sent',
  'Unknown',
  'Taken twice',
  'Over the limit',
  'Wrong',
] as const;

function numbersOf(report: FateReport): number[] {
  const { messages, items, requests, struck, accepted, perhapsTwice } = report;
  const { notSent, unknown, takenTwice, overLimit, wrong } = report;
  const sizes = [messages, items, requests, struck];
  return [...sizes, accepted, perhapsTwice, notSent, unknown, takenTwice, overLimit, wrong.length];
}

function linesOf(reports: readonly FateReport[]): TableLines {
  const rows = reports.map((report) => ({ name: report.name, numbers: numbersOf(report) }));
  const sums = rows.reduce<number[]>(
    (sum, { numbers }) => numbers.map((number, column) => number + (sum[column] ?? 0)),
    [],
  );
  return [
    headings,
    ...[...rows, { name: 'all', numbers: sums }].map(({ name, numbers }) => [name, ...numbers.map(String)]),
  ];
}

function page(reports: readonly FateReport[], { cores, memory, system, node, nodeRed }: Machine): string {
  return `# Fates

Written by \`npm run fates\` on ${new Date().toISOString().slice(0, 10)}: ${fullSize} messages to an import node in Node-RED under each of ${reports.length - 1} kinds of faults and under all of them mixed, and a plain one after the faults have ended. Every third message is a full feed, every fifth of the rest makes three requests; each item has a key and a value of its own. A fault strikes the first request and then 40 % of the rest at random (5 % where it stops the whole line, 10 % where it ends everybody's token, 1.5 % each in the mix). The connection may send 10 requests in a window, which the messages fill all the time.

Machine: ${cores} cores, ${memory} GB, ${system}, Node.js ${node}, Node-RED ${nodeRed}.

${markdownTable(linesOf(reports))}

- **Items** have one fate each: accepted, not sent or unknown. **Said: perhaps twice** are accepted ones whose message says \`perhapsReceivedBefore\`. **Taken twice** are items that stand in two jobs of the simulator or more.
- **Struck** are requests to Connect or to its token endpoint that met the fault.
- **Wrong** counts everything that was told and is not so, by what the simulator holds: an item without a fate or with two; accepted, but not in the job that is named; not sent, but in a job; unknown, although every attempt was answered; in two jobs without a word; a full feed that was sent again after an attempt that was perhaps received; a message that did not end once, as completed or in a Catch node; a request over the limit, as the simulator counts it; the plain message at the end not accepted.
`;
}

function readSize(): number | undefined {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: String(fullSize) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const size = Number(values.messages);
  if (!Number.isInteger(size) || size < 1) throw new Error('--messages is a whole number of 1 or more.');
  return size;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function run(size: number): Promise<void> {
  let left = fateScenarios.length;
  const reports = await runFates(fateScenarios, size, ({ name, wrong }) => {
    left -= 1;
    say(`${name}: ${wrong.length === 0 ? 'right' : `${wrong.length} wrong`} (${left} kinds left)`);
    for (const text of wrong) say(`  ${text}`);
  });
  say(`\n${inColumns(linesOf(reports))}\n`);
  if (reports.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
  if (size !== fullSize) return;
  const path = fromRoot('docs', 'fates.md');
  await writeFile(path, page(reports, thisMachine()));
  say(`Written: ${path}`);
}

async function main(): Promise<void> {
  let size: number | undefined;
  try {
    size = readSize();
  } catch (thrown) {
    process.stderr.write(`${asError(thrown).message}\n\n${usage}`);
    process.exitCode = 1;
    return;
  }
  if (size === undefined) say(usage);
  else await run(size);
}

await main();
