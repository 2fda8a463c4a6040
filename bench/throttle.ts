/**
 * Figures of the throttle: how near to the fastest lawful pace requests go out, and whether any goes too early.
 */
import { resultOf } from './child.ts';
import type { Figure } from './figure.ts';
import type { Sizes } from './options.ts';
import type { ThrottleTask } from './processes/throttle.ts';
import { BenchSimulator } from './simulator.ts';

const limit = 60;
/** Milliseconds that stand for a minute. */
const window = 2000;
const millisecondsPerMinute = 60_000;
/** Share of the window by which the server delays answers at most. */
const latency = 0.02;

/** Time of many requests beside the ideal, and how many the server turned away. */
export async function throttleFigures({ requests, rounds }: Sizes): Promise<Figure[]> {
  const simulator = await BenchSimulator.start({
    mood: 'kind',
    timeScale: millisecondsPerMinute / window,
    requestLimit: limit,
    latency: { minimum: 0, maximum: window * latency },
  });
  try {
    const task: ThrottleTask = { access: simulator.access, requests, rounds, limit, window };
    const times = await resultOf<readonly number[]>('throttle', task);
    const { accepted, turnedAway } = await simulator.counts();
    if (accepted !== requests * rounds + 1) throw new Error(`The simulator took ${accepted} requests.`);
    const method = `${requests} requests handed over at once, against a server in its own process that counts ${limit} in any rolling ${window} ms and answers after up to ${window * latency} ms; the ideal has no latency at all.`;
    return [
      {
        name: `Throttle, ${requests} requests`,
        unit: 's',
        better: 'lower',
        measured: { name: 'the connection', values: times.map((time) => time / 1000) },
        beside: { name: 'ideal', values: [((Math.ceil(requests / limit) - 1) * window) / 1000] },
        aim: 'at most 1.03 times',
        method,
      },
      {
        name: 'Throttle, requests over the limit',
        unit: 'requests',
        better: 'lower',
        measured: { name: 'the connection', values: [turnedAway] },
        beside: { name: 'limit', values: [0] },
        aim: 'none',
        method: `Answers with status 429 in all rounds together, ${requests * rounds} requests.`,
      },
    ];
  } finally {
    await simulator.stop();
  }
}
