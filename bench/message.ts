/**
 * Figures of one large message in Node-RED: an import node beside the same job wired from core nodes.
 */
import { resultOf } from './child.ts';
import type { Figure, Series } from './figure.ts';
import { coreWiring, emptyWiring, importWiring, itemsPerRequest, type Wiring } from './flows.ts';
import type { Sizes } from './options.ts';
import type { MessageResult, MessageTask } from './processes/node-red.ts';
import { BenchSimulator } from './simulator.ts';
import { writeFlows } from './user-folder.ts';

const requestLimit = 60;

async function measure(
  folder: string,
  wiring: Wiring,
  items: number,
  answers: number,
): Promise<MessageResult> {
  await writeFlows(folder, wiring);
  const task: MessageTask = { folder, entry: wiring.entry, items, answers };
  return resultOf<MessageResult>('node-red', task);
}

/** One message on a simulator that knows no earlier one. */
async function measureOnSimulator(
  folder: string,
  wiringFor: (access: BenchSimulator['access']) => Wiring,
  items: number,
): Promise<MessageResult> {
  const simulator = await BenchSimulator.start({ mood: 'kind', requestLimit });
  try {
    const result = await measure(
      folder,
      wiringFor(simulator.access),
      items,
      Math.ceil(items / itemsPerRequest),
    );
    const counts = await simulator.counts();
    if (counts.items !== items) throw new Error(`The simulator took ${counts.items} of ${items} items.`);
    return result;
  } finally {
    await simulator.stop();
  }
}

function series(
  name: string,
  results: readonly MessageResult[],
  value: (result: MessageResult) => number,
): Series {
  return { name, values: results.map(value) };
}

/** Time, processor time, memory and blocked event loop of a message with many items. */
export async function messageFigures({ items, rounds }: Sizes, folder: string): Promise<Figure[]> {
  const results = { own: [] as MessageResult[], core: [] as MessageResult[], alone: [] as MessageResult[] };
  for (let round = 0; round < rounds; round++) {
    results.own.push(await measureOnSimulator(folder, importWiring, items));
    results.core.push(await measureOnSimulator(folder, coreWiring, items));
    results.alone.push(await measure(folder, emptyWiring(), items, 0));
  }
  const common = { better: 'lower' } as const;
  const title = `${items.toLocaleString('en')} items in one message`;
  const besideCore = (
    what: string,
    unit: string,
    value: (result: MessageResult) => number,
    method: string,
  ) => ({
    ...common,
    name: `${title}, ${what}`,
    unit,
    measured: series('import node', results.own, value),
    beside: series('core nodes', results.core, value),
    method,
  });
  const memory = ({ peakMemory }: MessageResult) => peakMemory / 1e6;
  const setting = `Stock with 12 fields, ${itemsPerRequest} items per request, each round in a Node-RED of its own, the simulator in another process.`;
  return [
    besideCore(
      'until the last job is accepted',
      's',
      ({ time }) => time / 1000,
      `${setting} The core nodes are function (one list of all fields, nothing checked), http request (token), split, delay (60 per minute, which spaces requests a second apart) and http request.`,
    ),
    besideCore(
      'processor time',
      's',
      ({ processorTime }) => processorTime / 1000,
      'All threads of the Node-RED process, from the message to the last answer.',
    ),
    besideCore(
      'longest block of the event loop',
      'ms',
      ({ longestBlock }) => longestBlock,
      'Largest delay that perf_hooks saw between the message and the last answer.',
    ),
    besideCore(
      'peak memory above idle',
      'MB',
      memory,
      'Highest resident memory of the process less that of the started, idle Node-RED; the items themselves are in it.',
    ),
    {
      ...common,
      name: `${title}, peak memory above idle`,
      unit: 'MB',
      measured: series('import node', results.own, memory),
      beside: series('the items alone', results.alone, memory),
      method: 'The same message to a node that does nothing with it.',
    },
  ];
}
