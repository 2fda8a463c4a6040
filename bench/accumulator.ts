/**
 * Figures of the accumulator: how fast messages become durable, and what a great many records take.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accumulatorWiring, joinWiring } from './accumulator-flows.ts';
import { resultOf } from './child.ts';
import { type Figure, median, type Series } from './figure.ts';
import type { Sizes } from './options.ts';
import type { CollectResult, CollectTask } from './processes/collect.ts';
import type { TakenBody } from './processes/connect.ts';
import type { LoneResult, LoneTask } from './processes/lone.ts';
import type { MillionResult, MillionTask } from './processes/million.ts';
import type { StoreResult, StoreTask } from './processes/store.ts';
import type { StreamResult, StreamTask } from './processes/stream.ts';
import { recordsOf } from './stock-changes.ts';
import { TakingConnect } from './taking-connect.ts';
import { writeFlows } from './user-folder.ts';

/** Messages that an accumulator commits together at most. */
const group = 1000;
/** As the connection has it unless it is told otherwise. */
const largestRequest = 10_000_000;

/** Does something with a folder of its own. */
async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function series(name: string, values: readonly number[]): Series {
  return { name, values };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function storeFigures({ collected, rounds }: Sizes): Promise<Figure[]> {
  const { store, plain } = await inFolder((folder) => {
    const task: StoreTask = { folder, messages: collected, rounds, group };
    return resultOf<StoreResult>('store', task);
  });
  return [
    {
      name: 'Durable messages in the store',
      unit: 'messages/s',
      better: 'higher',
      measured: series('the store', store),
      beside: series('plain append and sync', plain),
      aim: 'at most 2 times its cost',
      method: `${collected.toLocaleString('en')} stock changes of 150 bytes in commits of ${group.toLocaleString('en')}, two under way at a time, beside write and fdatasync of the same bytes in the same groups; in turn, in one process.`,
    },
  ];
}

async function collectFigures({ collected, rounds }: Sizes, folder: string): Promise<Figure[]> {
  const results = { own: [] as CollectResult[], join: [] as CollectResult[] };
  const measure = (isJoined: boolean) => {
    const task: CollectTask = { folder, messages: collected, isJoined };
    return resultOf<CollectResult>('collect', task);
  };
  const connect = await TakingConnect.start();
  try {
    for (let round = 0; round < rounds; round++) {
      await writeFlows(folder, accumulatorWiring(connect.access, `rate-${round}`, 'no'));
      results.own.push(await measure(false));
      await writeFlows(folder, joinWiring(collected));
      results.join.push(await measure(true));
    }
  } finally {
    await connect.stop();
  }
  const rate = ({ time }: CollectResult) => (collected * 1000) / time;
  const memory = ({ peakMemory }: CollectResult) => peakMemory / 1e6;
  const title = `${collected.toLocaleString('en')} messages in one go`;
  const method = `A function node sends them one by one, each with a stock change of 150 bytes; until the last is complete, beside Node-RED's join node until it has put all into one array, which is lost at the next deploy. Each round in a Node-RED of its own.`;
  return [
    {
      name: `${title}, collected`,
      unit: 'messages/s',
      better: 'higher',
      measured: series('accumulator', results.own.map(rate)),
      beside: series('join node, in memory', results.join.map(rate)),
      aim: 'at most 2 times its cost',
      method,
    },
    {
      name: `${title}, peak memory above idle`,
      unit: 'MB',
      better: 'lower',
      measured: series('accumulator', results.own.map(memory)),
      beside: series('join node, in memory', results.join.map(memory)),
      method: 'The same rounds; the messages that wait in Node-RED are in both.',
    },
  ];
}

async function loneFigures({ lone, rounds }: Sizes, folder: string): Promise<Figure[]> {
  const results: LoneResult[] = [];
  const connect = await TakingConnect.start();
  try {
    for (let round = 0; round < rounds; round++) {
      await writeFlows(folder, accumulatorWiring(connect.access, `lone-${round}`, 'no'));
      const task: LoneTask = { folder, messages: lone };
      results.push(await resultOf<LoneResult>('lone', task));
    }
  } finally {
    await connect.stop();
  }
  const figure = (name: string, share: number): Figure => ({
    name: `A lone message until it is complete, ${name}`,
    unit: 'ms',
    better: 'lower',
    measured: series(
      'accumulator',
      results.map(({ done }) => percentile(done, share)),
    ),
    beside: series(
      'plain append and sync',
      results.map(({ plain }) => percentile(plain, share)),
    ),
    method: `${lone.toLocaleString('en')} messages one after the other in Node-RED, each in turn with write and fdatasync of the same item.`,
  });
  return [figure('median', 0.5), figure('99th percentile', 0.99)];
}

/** One round of a great many records, and the bodies that came of it. */
interface Passage {
  readonly result: MillionResult;
  readonly bodies: readonly TakenBody[];
  /** Milliseconds in which the same bytes are streamed, where that was asked for. */
  readonly stream: StreamResult;
}

/**
 * V8's young generation at most as large as Node.js 22 has it: each of its halves 16 MB. That of Node.js 24 may grow to
 * four times of it, whatever runs in it.
 */
const smallYoungGeneration = ['--max-semi-space-size=16'];

async function pass(
  items: number,
  isFeed: boolean,
  folder: string,
  round: string,
  nodeOptions?: readonly string[],
): Promise<Passage> {
  const connect = await TakingConnect.start();
  try {
    const collection = `${isFeed ? 'feed' : 'changes'}-${round}`;
    await writeFlows(folder, accumulatorWiring(connect.access, collection, isFeed ? 'yes' : 'no'));
    const task: MillionTask = { folder, items, isFeed };
    const result = await resultOf<MillionResult>('million', task, nodeOptions);
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

/** Rounds of a great many records. */
interface Passages {
  readonly asItIs: readonly Passage[];
  /** Under {@link smallYoungGeneration}. */
  readonly small: readonly Passage[];
}

async function passagesOf(isFeed: boolean, { records, passages }: Sizes, folder: string): Promise<Passages> {
  const asItIs: Passage[] = [];
  const small: Passage[] = [];
  for (let round = 0; round < passages; round++) {
    asItIs.push(await pass(records, isFeed, folder, `${round}`));
    small.push(await pass(records, isFeed, folder, `${round}-small`, smallYoungGeneration));
  }
  return { asItIs, small };
}

const passing =
  'Handed over in arrays of 1,000, two at a time; one record has been sent before, so that libraries are loaded. Connect is a server in another process that takes everything.';

function memoryFigure(name: string, passages: readonly Passage[], method: string): Figure {
  return {
    name,
    unit: 'MB',
    better: 'lower',
    measured: series(
      'accumulator',
      passages.map(({ result }) => result.peakMemory / 1e6),
    ),
    beside: series('limit', [120]),
    aim: 'at most 120 MB',
    method,
  };
}

function usageFigures(title: string, { asItIs, small }: Passages): Figure[] {
  const values = (value: (result: MillionResult) => number) => asItIs.map(({ result }) => value(result));
  const memory = `${title}, peak memory above idle`;
  return [
    memoryFigure(
      memory,
      asItIs,
      `Highest resident memory of the process less that of the idle Node-RED. ${passing}`,
    ),
    memoryFigure(
      `${memory}, small young generation`,
      small,
      `The same with NODE_OPTIONS=${smallYoungGeneration.join(' ')}, in turn: that is the largest young generation of Node.js 22; in Node.js 24 it may grow to four times of that, whatever runs in it.`,
    ),
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
  const both = await passagesOf(false, sizes, folder);
  const passages = both.asItIs;
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
    ...usageFigures(title, both),
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
  const both = await passagesOf(true, sizes, folder);
  const passages = both.asItIs;
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
    ...usageFigures(title, both),
  ];
}

/** Rates, times, memory, blocked event loop and requests of accumulators. */
export async function accumulatorFigures(sizes: Sizes, folder: string): Promise<Figure[]> {
  return [
    ...(await storeFigures(sizes)),
    ...(await collectFigures(sizes, folder)),
    ...(await loneFigures(sizes, folder)),
    ...(await changesFigures(sizes, folder)),
    ...(await feedFigures(sizes, folder)),
  ];
}
