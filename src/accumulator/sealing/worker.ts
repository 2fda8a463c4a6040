/**
 * The thread that merges: parsing and joining what was collected would hold up everything else in the process.
 */
import { parentPort } from 'node:worker_threads';
import { asError, ConnectError } from '../../errors.ts';
import { giveBack, transferable } from '../../transferable.ts';
import { type Cut, cutPartition, type Joined, joinPartition } from '../feeds/parts.ts';
import { type Merged, merge } from './merge.ts';
import type { MergeAnswer, MergeCall, MergeError, Work } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('This file is started as a worker.');

function errorOf(thrown: unknown): MergeError {
  if (thrown instanceof ConnectError) {
    const { code, message, retryable, details } = thrown;
    return { code, message, retryable, ...(details === undefined ? {} : { details }) };
  }
  const message = `Collected items could not be merged: ${asError(thrown).message}`;
  return { code: 'MERGE_FAILED', message, retryable: true };
}

const works: Work = { merge, join: joinPartition, cut: cutPartition };

async function answerTo({ id, work, job }: MergeCall): Promise<MergeAnswer> {
  try {
    // Whoever asked has paired the two.
    const perform = works[work] as (job: MergeCall['job']) => Promise<Merged | Joined | Cut>;
    return { id, result: await perform(job) };
  } catch (thrown) {
    return { id, error: errorOf(thrown) };
  }
}

port.on('message', async (call: MergeCall) => {
  const answer = await answerTo(call);
  giveBack(call);
  port.postMessage(answer, transferable(answer));
});
