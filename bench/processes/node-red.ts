/**
 * Sends one large message through a flow in a Node-RED of its own, and watches memory and event loop.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import RED, { type Node } from 'node-red';
import { ownTask, tellParent } from '../child.ts';
import { answerReceiver } from '../flows.ts';
import { stockItems } from '../items.ts';
import { nodeRedSettings } from '../user-folder.ts';

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

/** What was measured, over the time from the message to the last answer. */
export interface MessageResult {
  /** Milliseconds. */
  readonly time: number;
  /** Milliseconds of processor time, all threads together. */
  readonly processorTime: number;
  /** Bytes above the idle Node-RED, the items included. */
  readonly peakMemory: number;
  /** Milliseconds for which the event loop stood still at the longest. */
  readonly longestBlock: number;
}

/** What the flow's last node and its Catch node hand over. */
interface Received {
  readonly statusCode?: number;
  readonly norce?: { readonly jobId?: string };
  readonly error?: { readonly message: string };
}

/** Milliseconds between two looks at the event loop. */
const resolution = 1;
/** Milliseconds after which a started Node-RED counts as idle. */
const settling = 1000;

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

RED.init(createServer(), {
  ...nodeRedSettings,
  uiPort: 0,
  userDir: folder,
  httpAdminRoot: false,
  httpNodeRoot: false,
  functionGlobalContext: { [answerReceiver]: receive },
  logging: { console: { level: 'error', metrics: false, audit: false } },
});
const flowsStarted = once(RED.events, 'flows:started');
await RED.start();
await flowsStarted;
await wait(settling);
globalThis.gc?.();
const idleMemory = process.memoryUsage.rss();

const nodes = RED.nodes as { getNode(id: string): Node };
const payload = stockItems(count);
const eventLoop = monitorEventLoopDelay({ resolution });
eventLoop.enable();
// The probe must be running before what it is to see, and making the items is not part of that.
await wait(100);
eventLoop.reset();
const processor = process.cpuUsage();
const begin = performance.now();
nodes.getNode(entry).receive({ payload });
await (answers === 0 ? wait(100) : allAnswered);
const time = performance.now() - begin;
const { user, system } = process.cpuUsage(processor);
await wait(resolution * 10);
eventLoop.disable();
await tellParent({
  time,
  processorTime: (user + system) / 1000,
  peakMemory: Math.max(0, process.resourceUsage().maxRSS * 1024 - idleMemory),
  longestBlock: Math.max(0, eventLoop.max / 1e6 - resolution),
} satisfies MessageResult);
