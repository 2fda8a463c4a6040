/**
 * Compares what every message was told with what Connect holds, and what the process holds with what it held.
 */
import type { Simulator } from '../../../src/simulator/index.ts';
import { type Counts, type Holdings, partNumber, type Records, type Told } from './report.ts';

/** How items ended, for the report. */
export interface Outcomes {
  readonly messages: number;
  readonly items: number;
  readonly accepted: number;
  readonly notSent: number;
  readonly unknown: number;
  /** Items whose fate only the log knows, because their node had been deleted or disabled. */
  readonly logged: number;
  /** Items of messages that were refused whole, before any request. */
  readonly refused: number;
}

/** What a judge found. */
export interface Verdict {
  readonly outcomes: Outcomes;
  /** One sentence each; none is what is hoped for. */
  readonly faults: readonly string[];
}

/** The jobs that each item stands in, over several Connects: job ids may repeat from one to the other. */
class Received {
  readonly #jobsOf = new Map<string, string[]>();
  readonly #partsOf = new Map<string, string[][]>();

  constructor(simulators: readonly Simulator[]) {
    for (const simulator of simulators) {
      for (const { id, payload } of simulator.jobs) {
        if (payload === null) continue;
        const items = JSON.parse(payload.body.toString('utf8')) as { readonly PartNo: string }[];
        const parts = items.map((item) => item.PartNo);
        this.#partsOf.set(String(id), [...(this.#partsOf.get(String(id)) ?? []), parts]);
        for (const part of parts) this.#jobsOf.set(part, [...this.jobsOf(part), String(id)]);
      }
    }
  }

  jobsOf(part: string): readonly string[] {
    return this.#jobsOf.get(part) ?? [];
  }

  /** The items of a job that belong to a message. */
  partsOf(jobId: string, message: number): readonly string[] {
    const all = this.#partsOf.get(jobId) ?? [];
    return all.find((parts) => parts[0]?.startsWith(`${message}.`)) ?? [];
  }

  get parts(): Iterable<string> {
    return this.#jobsOf.keys();
  }
}

const failedBy = (told: Told): boolean => told.by === 'Catch node' || told.by === 'log: error';

/** What is wrong with one message; its items are counted on the way. */
function judgeMessage(
  number: number,
  itemsPerMessage: number,
  told: readonly Told[],
  received: Received,
  count: (kind: keyof Outcomes, items: number) => void,
): string[] {
  const faults: string[] = [];
  const left = new Set(Array.from({ length: itemsPerMessage }, (_, item) => partNumber(number, item)));
  const claim = (part: string, by: string): void => {
    if (!left.delete(part)) faults.push(`item ${part} has another outcome: ${by}`);
  };
  let uncounted = 0;
  let mayBeReceived = false;
  let hasFailed = false;
  for (const { by, jobId, outcome, parts = [], count: items = 0 } of told) {
    if (by === 'accepted') {
      for (const part of parts) {
        claim(part, by);
        if (!received.jobsOf(part).includes(jobId ?? '')) faults.push(`item ${part} is not in job ${jobId}`);
      }
      count('accepted', parts.length);
    } else if (by === 'not accepted') {
      hasFailed = true;
      const isUnknown = outcome === 'unknown';
      for (const part of parts) {
        claim(part, by);
        if (!isUnknown && received.jobsOf(part).length > 0)
          faults.push(`item ${part} was said not to be sent`);
      }
      count(isUnknown ? 'unknown' : 'notSent', parts.length);
    } else if (by === 'log: result' && jobId !== undefined) {
      const ofJob = received.partsOf(jobId, number);
      if (ofJob.length !== items)
        faults.push(`the log names job ${jobId} with ${items} items, not ${ofJob.length}`);
      for (const part of ofJob) claim(part, by);
      count('logged', items);
    } else if (by === 'log: result') {
      hasFailed = true;
      uncounted += items;
      mayBeReceived ||= outcome === 'unknown';
      count('logged', items);
    }
  }
  const errors = told.filter(failedBy).length;
  const isRefused = errors === 1 && left.size === itemsPerMessage && uncounted === 0;
  if (isRefused) count('refused', left.size);
  else if (left.size !== uncounted) faults.push(`${left.size - uncounted} items have no outcome`);
  if (!isRefused && errors !== (hasFailed ? 1 : 0)) faults.push(`${errors} errors were reported`);
  if (!mayBeReceived) {
    for (const part of left) {
      if (received.jobsOf(part).length > 0) faults.push(`item ${part} was sent, but nobody was told`);
    }
  }
  return faults.map((fault) => `Message ${number}: ${fault} (${JSON.stringify(told)}).`);
}

/** Judges the messages: each item must have one outcome, and the one that Connect knows. */
export function judgeMessages(
  { handed, told }: Records,
  itemsPerMessage: number,
  simulators: readonly Simulator[],
): Verdict {
  const received = new Received(simulators);
  const byMessage = new Map<number, Told[]>(handed.map(({ number }) => [number, []]));
  const faults: string[] = [];
  if (byMessage.size !== handed.length) faults.push('A message was handed over twice.');
  for (const one of told) {
    if (one.number === undefined) faults.push(`The log says: ${one.text}`);
    else
      byMessage.get(one.number)?.push(one) ??
        faults.push(`Nobody handed over what was told: ${JSON.stringify(one)}`);
  }
  const outcomes = { accepted: 0, notSent: 0, unknown: 0, logged: 0, refused: 0 };
  for (const [number, words] of byMessage) {
    faults.push(
      ...judgeMessage(number, itemsPerMessage, words, received, (kind, items) => {
        outcomes[kind as keyof typeof outcomes] += items;
      }),
    );
  }
  for (const part of received.parts) {
    if (!byMessage.has(Number.parseInt(part, 10)))
      faults.push(`Item ${part} was sent, but never handed over.`);
  }
  return {
    outcomes: { messages: handed.length, items: handed.length * itemsPerMessage, ...outcomes },
    faults,
  };
}

/** Requests beyond the limit: answered 429, or more than the limit in a rolling minute. */
export function judgeLimit(simulators: readonly Simulator[], limit: number, minute: number): string[] {
  return simulators.flatMap(({ requests }, index) => {
    const turnedAway = requests.filter(({ status }) => status === 429).length;
    const early = requests.filter(({ at }, position) => {
      const earlier = requests[position - limit];
      return earlier !== undefined && at - earlier.at < minute;
    }).length;
    const faults = [
      [turnedAway, 'answered 429'],
      [early, 'beyond the limit in a rolling minute'],
    ] as const;
    return faults
      .filter(([count]) => count > 0)
      .map(([count, what]) => `Customer ${index + 1}: ${count} requests ${what}.`);
  });
}

function differences(what: string, before: Counts, after: Counts): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => (before[name] ?? 0) !== (after[name] ?? 0))
    .map((name) => `${what} ${name}: ${before[name] ?? 0} before, ${after[name] ?? 0} after.`);
}

/** What the process holds after the last deploy and did not hold before the first, or no longer holds. */
export function judgeLeaks(before: Holdings, after: Holdings): string[] {
  return [
    ...differences('Resources', before.resources, after.resources),
    ...differences('Listeners on process,', before.processListeners, after.processListeners),
    ...differences('Listeners on RED.events,', before.nodeRedListeners, after.nodeRedListeners),
    ...differences('Objects', before.objects, after.objects),
    ...differences('Slots of', before.slots, after.slots),
    ...differences('Calls waiting at', before.waiting, after.waiting),
  ];
}
