/**
 * Times a message that comes alone, from an accumulator's taking it to its being complete, and in turn plain append
 * and sync of the same bytes.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { collectorId, leavingReceiver } from '../accumulator-flows.ts';
import { ownTask, tellParent } from '../child.ts';
import { MeasuredNodeRed } from '../measured-node-red.ts';
import { stockChange } from '../stock-changes.ts';

/** What is to be measured. */
export interface LoneTask {
  /** Node-RED's user folder, with the flows in it. */
  readonly folder: string;
  readonly messages: number;
}

/** Milliseconds of each message. */
export interface LoneResult {
  readonly done: readonly number[];
  readonly plain: readonly number[];
}

/** Messages before the ones that count: code is compiled meanwhile. */
const warmUp = 200;

const { folder, messages } = ownTask<LoneTask>();
let failure: unknown;
const nodeRed = await MeasuredNodeRed.start(folder, {
  [leavingReceiver]: (way: string, message: { readonly error?: unknown }) => {
    failure = new Error(`A message left by ${way}: ${JSON.stringify(message.error)}`);
  },
});
let completed = (): void => undefined;
nodeRed.onComplete(collectorId, () => completed());
const file = openSync(join(folder, 'plain'), 'w', 0o600);
const times = { done: [] as number[], plain: [] as number[] };
for (let index = 0; index < warmUp + messages; index++) {
  const payload = stockChange(index);
  const complete = new Promise<void>((resolve) => {
    completed = resolve;
  });
  const begin = performance.now();
  nodeRed.receive(collectorId, { payload });
  await complete;
  const done = performance.now() - begin;
  const text = JSON.stringify(payload);
  const plainBegin = performance.now();
  writeSync(file, text);
  fdatasyncSync(file);
  const plain = performance.now() - plainBegin;
  if (index < warmUp) continue;
  times.done.push(done);
  times.plain.push(plain);
}
if (failure !== undefined) throw failure;
await tellParent(times satisfies LoneResult);
