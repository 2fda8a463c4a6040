/**
 * The result of a day as a page of the documents.
 */
import type { Machine } from '../../bench/machine.ts';
import { latency, limit, minute, sources } from '../../test/promises/day/plan.ts';
import type { DayResult, LagFigures } from '../../test/promises/day/run.ts';
import { markdownTable } from '../table.ts';

const shown = (count: number): string => count.toLocaleString('en');
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const share = (requests: number): string => `${((requests / limit) * 100).toFixed(0)} %`;

function lagCells(figures: LagFigures | undefined): string[] {
  if (figures === undefined) return ['0', '', '', ''];
  const { values, median, most95, maximum } = figures;
  return [shown(values), ...[median, most95, maximum].map((time) => time.toFixed(1))];
}

/** When and where the run was, and what it made of a defect on purpose. */
export interface DayCircumstances {
  readonly date: string;
  readonly machine: Machine;
  /** The defect: every so manieth message was acknowledged and thrown away. */
  readonly dropEvery: number;
  /** The faults that it showed as. */
  readonly seen: readonly string[];
}

/** The page. */
export function dayPage(result: DayResult, { date, machine, dropEvery, seen }: DayCircumstances): string {
  const { hourly, lags } = result;
  const hours = [
    ['Before the outage', hourly.before],
    ['During the outage', hourly.during],
    ['After the outage', hourly.after],
  ] as const;
  return `# A day

Written by \`npm run day\` on ${date}, when it had found no fault. \`npm test\` runs a sample: the same day in one hour.

Machine: ${machine.cores} cores, ${machine.memory} GB, ${machine.system}, Node.js ${machine.node}, Node-RED ${machine.nodeRed}.

${result.hours} hours of changes from four sources, in ${((result.hours * 60 * minute) / 60_000).toFixed(1)} minutes: a minute lasts ${minute} ms, for the package (all of its clocks, pauses and release rules) and for Connect. The rest is as it is: a real Node-RED with the built package, the store on disk, HTTP. Each source has an account of its own at one customer, so that all share its limit of ${limit} requests a minute; an accumulator that releases by age (a schedule asks the real calendar for its next run, so that it cannot be scaled); an import node.

${markdownTable([
  ['Source', 'Import', 'Released after', 'Messages', 'Items in each'],
  ...sources.map(({ name, collection, releaseMinutes, every, messagesPerBurst, items }) => [
    name,
    `${collection.import}${collection.follows.length > 0 ? `, follows ${collection.follows.join(', ')}` : ''}`,
    `${releaseMinutes} min`,
    `${messagesPerBurst} every ${every} min`,
    `1 to ${items}`,
  ]),
])}

The pauses vary by half, and are three times as long by night (22:05 to 06:00). An item carries some of the fields of its record, each time others: the costly case, because a request is needed for each set of fields.

Connect is the simulator, hostile: jobs side by side, in any order, among foreign ones; ${latency.minimum} to ${latency.maximum} ms of real time before each answer; one of seven requests that import meets a fault, all day long: above all its answer is lost. From 9:36 to 12:36 it refuses connections, from 12:36 to 15:36 it answers 503 to everything, requests for tokens among them. Full deploys at 7:55, 12:29 and 15:37, the second in the outage, the third as the backlog begins to drain. At 17:17 Node-RED is killed (SIGKILL) and started again.

## What came of it

${markdownTable([
  ['', ''],
  ['Messages', shown(result.messages)],
  ['Acknowledged', shown(result.acknowledged)],
  ['Items', shown(result.items)],
  ['Batches, each with its outcome told', shown(result.batches)],
  ['Outcomes told once more, and marked so', shown(result.repeated)],
  ['Requests that import', shown(result.imports)],
  ['Requests that look at jobs', shown(result.polls)],
  ['Requests for tokens', shown(result.tokens)],
  ['Requests to Connect that met a fault', shown(result.disturbed)],
  ['Answered 429', '0'],
  [`Busiest rolling minute, of ${limit} requests`, String(result.busiestMinute)],
  ['From the end of the outage until all that waited was in the shop', `${result.drain.toFixed(1)} min`],
  ['Peak memory of Node-RED (resident)', megabytes(result.memory)],
  ['Store at the end, with its journal', megabytes(result.storeSize)],
])}

A message that is under way while a deploy closes the nodes, or when Node-RED is killed, may stay without an acknowledgement, and its source would know. What comes while Node-RED starts waits for it.

${markdownTable([
  ['Requests that reached Connect', 'An hour', 'Share of the limit'],
  ...hours.map(([name, count]) => [name, count.toFixed(0), share(count / 60)]),
])}

## Lag

In minutes of the day, from the moment when a message is acknowledged until each of its values, or a newer one, is in the shop; the rule of release is part of it. The clock is read about five times a minute.

${markdownTable([
  ['Source', 'When', 'Values', 'Median', '95 %', 'Longest'],
  ...lags.flatMap(({ source, calm, outage }) => [
    [source, 'outside the outage', ...lagCells(calm)],
    [source, 'acknowledged or waiting in the outage', ...lagCells(outage)],
  ]),
])}

## What counts as a fault

- **lost**: the shop has not the newest acknowledged value of a field, or a newer one. **not sent**: it has one that was not sent for this field and record. **changed by nobody**: a field that no message carried.
- **went back**: at any look at the shop a field has an older value than at the one before.
- **429**, and **over the limit**: more than ${limit} requests in any rolling minute, counted by Connect.
- **never told**: the outcome of a batch. **told again without a word**: it came once more and did not say so. **failed**, **kept as failed**: nothing here should fail.
- **not drained**: something still waits hours after the end.

With a defect on purpose, every ${dropEvery}th message acknowledged and thrown away, an hour shows ${shown(seen.filter((fault) => fault.startsWith('lost: ')).length)} values lost. That the judge sees the other faults is shown by \`test/promises/day.test.ts\`.
`;
}
