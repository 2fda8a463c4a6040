/**
 * Has Node-RED collect many messages of one item that come in one go: by an accumulator until the last is on disk, or
 * by the join node until all are in one array.
 */
import { changeMaker, collectorId, leavingReceiver, sourceId, type Way } from '../accumulator-flows.ts';
import { ownTask, tellParent } from '../child.ts';
import { deferred } from '../deferred.ts';
import { MeasuredNodeRed, type Usage } from '../measured-node-red.ts';
import { stockChange } from '../stock-changes.ts';

/** What is to be measured. */
export interface CollectTask {
  /** Node-RED's user folder, with the flows in it. */
  readonly folder: string;
  readonly messages: number;
  /** Whether the collector is a join node. */
  readonly isJoined: boolean;
}

/** What was measured, from the first message to the last one's being collected. */
export type CollectResult = Usage;

const { folder, messages, isJoined } = ownTask<CollectTask>();
const allCollected = deferred<void>();

function left(way: Way, message: { readonly error?: unknown }): void {
  if (way === 'joined') allCollected.resolve();
  else allCollected.reject(new Error(`A message left by ${way}: ${JSON.stringify(message.error)}`));
}

const nodeRed = await MeasuredNodeRed.start(folder, { [leavingReceiver]: left, [changeMaker]: stockChange });
let missing = messages;
nodeRed.onComplete(collectorId, (_message, error) => {
  if (error) allCollected.reject(error);
  missing -= 1;
  if (missing === 0 && !isJoined) allCollected.resolve();
});
const measurement = await nodeRed.measure();
nodeRed.receive(sourceId, { payload: messages });
await allCollected.promise;
await tellParent((await measurement.end()) satisfies CollectResult);
