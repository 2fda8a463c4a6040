/**
 * Sends one large message through a flow in a Node-RED of its own, and watches memory and event loop.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { ownTask, tellParent } from '../child.ts';
import { answerReceiver } from '../flows.ts';
import { stockItems } from '../items.ts';
import { MeasuredNodeRed, type Usage } from '../measured-node-red.ts';

/** What is to be measured. */
export interface MessageTask {
  /** Node-RED's user folder, with the flows in it. */
  readonly folder: string;
  /** Id of the node that takes the message. */
  readonly entry: string;
  readonly items: number;
  /** Answers after which the message is done. */
  readonly answers: number;
}

/** What was measured, over the time from the message to the last answer; the items are part of the memory. */
export type MessageResult = Usage;

/** What the flow's last node and its Catch node hand over. */
interface Received {
  readonly statusCode?: number;
  readonly norce?: { readonly jobId?: string };
  readonly error?: { readonly message: string };
}

const { folder, entry, items: count, answers } = ownTask<MessageTask>();
let receive: (received: Received) => void = () => undefined;
const allAnswered = new Promise<void>((resolve, reject) => {
  let missing = answers;
  receive = ({ statusCode, norce, error }) => {
    if (error !== undefined || (statusCode !== 200 && norce?.jobId === undefined)) {
      reject(new Error(`A request was not accepted: ${JSON.stringify({ statusCode, norce, error })}`));
      return;
    }
    missing -= 1;
    if (missing === 0) resolve();
  };
});

const nodeRed = await MeasuredNodeRed.start(folder, { [answerReceiver]: receive });
const payload = stockItems(count);
const measurement = await nodeRed.measure();
nodeRed.receive(entry, { payload });
await (answers === 0 ? wait(100) : allAnswered);
await tellParent((await measurement.end()) satisfies MessageResult);
