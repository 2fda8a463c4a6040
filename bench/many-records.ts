/**
 * Figures of an accumulator that takes a great many records: memory, blocked event loop, requests and times.
 */
import { accumulatorWiring } from './accumulator-flows.ts';
import { resultOf } from './child.ts';
import { type Figure, median, series } from './figure.ts';
import type { Sizes } from './options.ts';
import type { TakenBody } from './processes/connect.ts';
import type { MillionResult, MillionTask } from './processes/million.ts';
import type { StreamResult, StreamTask } from './processes/stream.ts';
import { recordsOf } from './stock-changes.ts';
import { TakingConnect } from './taking-connect.ts';
import { inFolder } from './temporary-folder.ts';
import { writeFlows } from './user-folder.ts';

/** As the connection has it unless it is told otherwise. */
const largestRequest = 10_000_000;

/** One round of a great many records, and the bodies that came of it. */
interface Passage {
  readonly result: MillionResult;
  readonly bodies: readonly TakenBody[];
  /** Milliseconds in which the same bytes are streamed, where that was asked for. */
  readonly stream: StreamResult;
}

async function pass(items: number, isFeed: boolean, folder: string, round: number): Promise<Passage> {
  const connect = await TakingConnect.start();
  try {
    const collection = `${isFeed ? 'feed' : 'changes'}-${round}`;
    await writeFlows(folder, accumulatorWiring(connect.access, collection, isFeed ? 'yes' : 'no'));
    const task: MillionTask = { folder, items, isFeed };
    const result = await resultOf<MillionResult>('million', task);
    const expected = isFeed ? items : recordsOf(items);
    if (result.sentItems !== expected)
      throw new Error(`${result.sentItems} of ${expected} records were sent.`);
    // The first body is that of the record before.
    const [, ...bodies] = await connect.bodies();
    const stream = isFeed
      ? await inFolder((place) => {
          const streamTask: StreamTask = { folder: place, url: connect.access.connectUrl, items };
          return resultOf<StreamResult>('stream', streamTask);
        })
      : 0;
    return { result, bodies, stream };
  } finally {
    await connect.stop();
  }
}

async function passagesOf(isFeed: boolean, { records, passages }: Sizes, folder: string): Promise<Passage[]> {
  const results: Passage[] = [];
  for (let round = 0; round < passages; round++) results.push(await pass(records, isFeed, folder, round));
  return results;
}

const passing =
  'Handed over in arrays of 1,000, two at a time; one record has been sent before, so that libraries are loaded. Connect is a server in another process that takes everything.';

function usageFigures(title: string, passages: readonly Passage[]): Figure[] {
  const values = (value: (result: MillionResult) => number) => passages.map(({ result }) => value(result));
  return [
    {
      name: `${title}, peak memory above idle`,
      unit: 'MB',
      better: 'lower',
      measured: series(
        'accumulator',
        values(({ peakMemory }) => peakMemory / 1e6),
      ),
      beside: series('limit', [120]),
      aim: 'at most 120 MB',
      method: `Highest resident memory of the process less that of the idle Node-RED. ${passing}`,
    },
    {
      name: `${title}, longest block of the event loop by our code`,
      unit: 'ms',
      better: 'lower',
      measured: series(
        'accumulator',
        values(({ longestOwnBlock }) => longestOwnBlock),
      ),
      beside: series(
        'pauses of the garbage collector included',
        values(({ longestBlock }) => longestBlock),
      ),
      aim: 'at most 50 ms',
      method: 'Over the same time, from the first message to the outcome of the batch.',
    },
  ];
}

async function changesFigures(sizes: Sizes, folder: string): Promise<Figure[]> {
  const passages = await passagesOf(false, sizes, folder);
  const title = `${sizes.records.toLocaleString('en')} stock changes`;
  const bytes = median(passages.map(({ bodies }) => bodies.reduce((sum, body) => sum + body.bytes, 0)));
  const seconds = (value: (result: MillionResult) => number) =>
    passages.map(({ result }) => value(result) / 1000);
  return [
    {
      name: `${title}, requests`,
      unit: 'requests',
      better: 'lower',
      measured: series(
        'accumulator',
        passages.map(({ bodies }) => bodies.length),
      ),
      beside: series('as few as 10 MB each allow', [Math.ceil(bytes / largestRequest)]),
      aim: 'as few as the size limit allows',
      method: '150 bytes each, 3 of 10 one field of a record that has come before.',
    },
    ...usageFigures(title, passages),
    {
      name: `${title}, collected`,
      unit: 's',
      better: 'lower',
      measured: series(
        'until all are complete',
        seconds(({ collecting }) => collecting),
      ),
      beside: series(
        'merged and sealed after that',
        seconds(({ sealing }) => sealing),
      ),
      method: 'The same rounds. Messages are taken while a batch is being sealed.',
    },
  ];
}

async function feedFigures(sizes: Sizes, folder: string): Promise<Figure[]> {
  const passages = await passagesOf(true, sizes, folder);
  const title = `Full feed of ${sizes.records.toLocaleString('en')} items`;
  for (const { bodies } of passages) {
    if (bodies.length !== 1) throw new Error(`A full feed was sent in ${bodies.length} requests.`);
  }
  const seconds = (value: (passage: Passage) => number) => passages.map((passage) => value(passage) / 1000);
  return [
    {
      name: `${title}, sent in one request`,
      unit: 's',
      better: 'lower',
      measured: series(
        'accumulator',
        seconds(({ bodies: [body] }) => body?.time ?? 0),
      ),
      beside: series(
        'plain streaming',
        seconds(({ stream }) => stream),
      ),
      aim: 'at most 1.3 times its time',
      method:
        'From the head of the request to the end of its body, as the receiving server sees it, beside the whole request of a script that streams the same items from SQLite, 2,000 to a row, through undici.',
    },
    {
      name: `${title}, collected`,
      unit: 's',
      better: 'lower',
      measured: series(
        'until all are complete',
        seconds(({ result }) => result.collecting),
      ),
      beside: series(
        'checked, joined and sealed after that',
        seconds(({ result }) => result.sealing),
      ),
      method: 'The same rounds. The feed is confirmed in between, because the first of all is held.',
    },
    ...usageFigures(title, passages),
  ];
}

/** Of changes and of a full feed. */
export async function manyRecordsFigures(sizes: Sizes, folder: string): Promise<Figure[]> {
  return [...(await changesFigures(sizes, folder)), ...(await feedFigures(sizes, folder))];
}
