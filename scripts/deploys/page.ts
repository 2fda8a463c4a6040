/**
 * The result of the long run of deploys as a page of the documents.
 */
import type { Machine } from '../../bench/machine.ts';
import { limit } from '../../test/promises/deploy-load/flow.ts';
import type { Counts } from '../../test/promises/deploy-load/report.ts';
import { itemsPerMessage, latency, minute, pause, type Result } from '../../test/promises/deploy-load/run.ts';
import { markdownTable } from '../table.ts';

/** What is counted, before and after. */
type Kept = readonly [name: string, before: number, after: number];

const shown = (count: number): string => count.toLocaleString('en');
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function list(counts: Counts): string {
  const sorted = Object.entries(counts).sort(([, left], [, right]) => right - left);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** @param when day of the run, and the machine it ran on */
export function deploysPage(
  result: Result,
  { date, machine }: { readonly date: string; readonly machine: Machine },
): string {
  const { deploys, time, types, changes, outcomes, requests, disturbed, before, after, seed } = result;
  const share = (count: number): string[] => [
    shown(count),
    `${((count / outcomes.items) * 100).toFixed(1)} %`,
  ];
  const kept: readonly Kept[] = [
    ['Resources of the event loop (sockets, servers, timers)', sum(before.resources), sum(after.resources)],
    ['Listeners on process', sum(before.processListeners), sum(after.processListeners)],
    ['Listeners on RED.events', sum(before.nodeRedListeners), sum(after.nodeRedListeners)],
    ['Slots of the throttles', sum(before.slots), sum(after.slots)],
    ['Calls in line', sum(before.waiting), sum(after.waiting)],
    ...Object.entries(after.objects).map(
      ([name, count]): Kept => [`Objects: ${name}`, before.objects[name] ?? 0, count],
    ),
  ];
  return `# Deploys under load

Written by \`npm run deploys\` on ${date}, when it had found no fault. \`npm test\` runs a sample of it.

Machine: ${machine.cores} cores, ${machine.memory} GB, ${machine.system}, Node.js ${machine.node}, Node-RED ${machine.nodeRed}.

A Node-RED process with four import nodes on two tabs, two connections of one customer and one of another, takes a message of ${itemsPerMessage} items every ${pause} ms: three requests each, more than the first customer's limit lets through, so that requests wait and are under way at every deploy. Connect is the simulator, with a minute of ${minute} ms, ${limit} requests in it, and ${latency.minimum} to ${latency.maximum} ms before each answer; ${shown(disturbed)} requests were disturbed on purpose (answers lost, 500, 503, connections reset). The receivers of the results take up to 200 ms to close.

${shown(deploys)} deploys in ${time.toFixed(0)} s over the admin API, seed ${seed}: ${list(types)} (those of warming up and of the end included). Changes: ${list(changes)}.

## What became of the items

${markdownTable([
  ['Outcome', 'Items', 'Share'],
  ['Handed to an import node', ...share(outcomes.items)],
  ['Accepted, left by the first port', ...share(outcomes.accepted)],
  ['Not sent, left by the second port', ...share(outcomes.notSent)],
  ['Outcome unknown, left by the second port', ...share(outcomes.unknown)],
  ['Refused whole, told to a Catch node or the log', ...share(outcomes.refused)],
  ['Node deleted or disabled: told to the log with message and job', ...share(outcomes.logged)],
  ['Without an outcome, or with more than one', ...share(0)],
  ['With an outcome that the simulator contradicts', ...share(0)],
])}

${shown(outcomes.messages)} messages, ${shown(requests)} requests; none over the limit.

## What the process holds

Before the first deploy, after warming up, and after the last one, each time at rest and after garbage collection. Any difference but that of the heap is a fault.

${markdownTable([
  ['', 'Before', 'After'],
  ...kept.map(([name, earlier, later]) => [name, shown(earlier), shown(later)]),
  ['Heap, MB', megabytes(before.heap), megabytes(after.heap)],
])}
`;
}
