/**
 * Figures of the accumulator: how fast messages become durable.
 */
import { accumulatorWiring, joinWiring } from './accumulator-flows.ts';
import { resultOf } from './child.ts';
import { type Figure, series } from './figure.ts';
import type { Sizes } from './options.ts';
import type { CollectResult, CollectTask } from './processes/collect.ts';
import type { LoneResult, LoneTask } from './processes/lone.ts';
import type { StoreResult, StoreTask } from './processes/store.ts';
import { TakingConnect } from './taking-connect.ts';
import { inFolder } from './temporary-folder.ts';
import { writeFlows } from './user-folder.ts';

/** Messages that an accumulator commits together at most. */
const group = 1000;

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

/** Rates and times of accumulators. */
export async function accumulatorFigures(sizes: Sizes, folder: string): Promise<Figure[]> {
  return [
    ...(await storeFigures(sizes)),
    ...(await collectFigures(sizes, folder)),
    ...(await loneFigures(sizes, folder)),
  ];
}
