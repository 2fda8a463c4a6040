/**
 * Takes a great many stock records through Node-RED: collected, merged or checked, released, sent.
 */
import { collectorId, importId, leavingReceiver, type Way } from '../accumulator-flows.ts';
import { ownTask, tellParent } from '../child.ts';
import { deferred } from '../deferred.ts';
import { MeasuredNodeRed, type Usage } from '../measured-node-red.ts';
import { stockChange, stockRecord } from '../stock-changes.ts';

/** What is to be measured. */
export interface MillionTask {
  /** Node-RED's user folder, with the flows in it. */
  readonly folder: string;
  readonly items: number;
  /** A full feed, in which every record comes once; else changes, in which some come again. */
  readonly isFeed: boolean;
}

/** What was measured, from the first message to the outcome of the batch. */
export interface MillionResult extends Usage {
  /** Milliseconds of each step. */
  readonly collecting: number;
  /** Until the batch is sealed, a full feed's check included. */
  readonly sealing: number;
  readonly sending: number;
  /** Of the batch. */
  readonly sentItems: number;
}

interface Message {
  readonly norce?: { readonly batch?: { readonly items: number } };
  readonly error?: unknown;
}

/** As arrays of so many they come in. */
const itemsPerMessage = 1000;
/** Messages that are handed over before the first of them is complete. */
const mostUnderWay = 2;

const { folder, items, isFeed } = ownTask<MillionTask>();
const failed = deferred<never>();
const ways = {
  accepted: deferred<Message>(),
  batch: deferred<Message>(),
  outcome: deferred<Message>(),
};

function left(way: Way, message: Message): void {
  if (way === 'batch' || way === 'outcome' || way === 'accepted') ways[way].resolve(message);
  else failed.reject(new Error(`Left by ${way}: ${JSON.stringify(message.error ?? message)}`));
}

const nodeRed = await MeasuredNodeRed.start(folder, { [leavingReceiver]: left });
/** Of each sender. A map would be made anew every few messages, and old ones keep new ones alive: that is measured. */
const waiting: (() => void)[] = [];
nodeRed.onComplete(collectorId, (message, error) => {
  if (error) failed.reject(error);
  waiting[(message as { readonly sender: number }).sender]?.();
});

/** Hands a message to the accumulator; resolves when that has completed it. A sender hands over one at a time. */
async function complete(message: object, sender = 0): Promise<void> {
  const completed = new Promise<void>((resolve) => {
    waiting[sender] = resolve;
  });
  nodeRed.receive(collectorId, { ...message, sender });
  await completed;
}

async function collect(): Promise<void> {
  const itemOf = isFeed ? stockRecord : stockChange;
  let next = 0;
  const send = async (sender: number): Promise<void> => {
    for (let first = next; first < items; first = next) {
      const length = Math.min(itemsPerMessage, items - first);
      next += length;
      await complete({ payload: Array.from({ length }, (_, index) => itemOf(first + index)) }, sender);
    }
  };
  await Promise.all(Array.from({ length: mostUnderWay }, (_, sender) => send(sender)));
}

/** Has what was collected released; the first full feed of all is held, and a person confirms it. */
async function release(): Promise<void> {
  if (!isFeed) return complete({ flush: true });
  const held = nodeRed.status(collectorId, (text) => text.includes('FULL_FEED_FIRST'));
  await complete({ complete: true });
  await held;
  await complete({ confirm: true });
}

async function pass(): Promise<MillionResult> {
  // The libraries are loaded with the first request.
  nodeRed.receive(importId, { payload: [stockRecord(0)] });
  await ways.accepted.promise;
  await nodeRed.settle();
  const measurement = await nodeRed.measure();
  const begin = performance.now();
  await collect();
  const collected = performance.now();
  await release();
  const batch = await ways.batch.promise;
  const sealed = performance.now();
  await ways.outcome.promise;
  const sent = performance.now();
  return {
    ...(await measurement.end()),
    collecting: collected - begin,
    sealing: sealed - collected,
    sending: sent - sealed,
    sentItems: batch.norce?.batch?.items ?? 0,
  };
}

await tellParent(await Promise.race([pass(), failed.promise]));
