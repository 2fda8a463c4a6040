/**
 * A Node-RED in this process, and what it takes while something goes through its flows.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import RED, { type Node, type NodeMessage } from 'node-red';
import { nodeRedSettings } from './user-folder.ts';

/** What was measured from one moment to another. */
export interface Usage {
  /** Milliseconds. */
  readonly time: number;
  /** Milliseconds of processor time, all threads together. */
  readonly processorTime: number;
  /** Bytes of resident memory above the idle Node-RED, at the highest. */
  readonly peakMemory: number;
  /** Milliseconds for which the event loop stood still at the longest. */
  readonly longestBlock: number;
  /** The same without what the garbage collector took of it. */
  readonly longestOwnBlock: number;
}

/** Milliseconds between two looks at the event loop. */
const resolution = 1;
/** Milliseconds after which a started Node-RED counts as idle. */
const settling = 1000;

type EventLoopDelay = ReturnType<typeof monitorEventLoopDelay>;

/** Shorter blocks are not looked at one by one. */
const shortestBlock = 10;

/** Looks at blocks of the event loop one by one, to tell them from pauses of the garbage collector. */
class BlockWatch {
  readonly #collections: PerformanceEntry[] = [];
  readonly #blocks: { readonly begin: number; readonly end: number }[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#collections.push(...list.getEntries()));
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#timer = setInterval(() => this.#look(), resolution);
  }

  /** The longest block in milliseconds, less the pauses of the garbage collector within it. */
  async end(): Promise<number> {
    this.#look();
    clearInterval(this.#timer);
    // Its entries come a turn later.
    await wait(resolution);
    this.#observer.disconnect();
    return Math.max(0, ...this.#blocks.map((block) => block.end - block.begin - this.#collected(block)));
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#last > shortestBlock) this.#blocks.push({ begin: this.#last + resolution, end: now });
    this.#last = now;
  }

  #collected({ begin, end }: { readonly begin: number; readonly end: number }): number {
    return this.#collections
      .filter(({ startTime }) => startTime >= begin && startTime < end)
      .reduce((sum, { duration }) => sum + duration, 0);
  }
}

/** A measurement under way. */
export class Measurement {
  readonly #idleMemory: number;
  readonly #eventLoop: EventLoopDelay;
  readonly #blocks = new BlockWatch();
  readonly #processor = process.cpuUsage();
  readonly #begin = performance.now();

  private constructor(idleMemory: number, eventLoop: EventLoopDelay) {
    this.#idleMemory = idleMemory;
    this.#eventLoop = eventLoop;
  }

  /** Begins to measure. */
  static async begin(idleMemory: number): Promise<Measurement> {
    const eventLoop = monitorEventLoopDelay({ resolution });
    eventLoop.enable();
    // The probe must be running before what it is to see.
    await wait(100);
    eventLoop.reset();
    return new Measurement(idleMemory, eventLoop);
  }

  /** What has been measured since the beginning. */
  async end(): Promise<Usage> {
    const time = performance.now() - this.#begin;
    const { user, system } = process.cpuUsage(this.#processor);
    await wait(resolution * 10);
    this.#eventLoop.disable();
    const longestOwnBlock = await this.#blocks.end();
    return {
      time,
      processorTime: (user + system) / 1000,
      peakMemory: Math.max(0, process.resourceUsage().maxRSS * 1024 - this.#idleMemory),
      longestBlock: Math.max(0, this.#eventLoop.max / 1e6 - resolution),
      longestOwnBlock,
    };
  }
}

/** The one Node-RED of this process. */
export class MeasuredNodeRed {
  /** Bytes of resident memory while nothing goes through its flows. */
  #idleMemory = 0;

  private constructor() {
    // Made by `start` alone: there is only one in a process.
  }

  /**
   * Starts the flows of a user folder, and waits until they are idle.
   *
   * @param globals What function nodes find in the global context.
   */
  static async start(folder: string, globals: Readonly<Record<string, unknown>>): Promise<MeasuredNodeRed> {
    // No server holds this process, and what waits for its time does not either.
    process.channel?.ref();
    RED.init(createServer(), {
      ...nodeRedSettings,
      uiPort: 0,
      userDir: folder,
      httpAdminRoot: false,
      httpNodeRoot: false,
      functionGlobalContext: globals,
      logging: { console: { level: 'error', metrics: false, audit: false } },
    });
    const flowsStarted = once(RED.events, 'flows:started');
    await RED.start();
    await flowsStarted;
    const nodeRed = new MeasuredNodeRed();
    await nodeRed.settle();
    return nodeRed;
  }

  /** Waits until it is idle, and takes its memory as that of the idle one. */
  async settle(): Promise<void> {
    await wait(settling);
    globalThis.gc?.();
    this.#idleMemory = process.memoryUsage.rss();
  }

  /** Begins to measure. */
  measure(): Promise<Measurement> {
    return Measurement.begin(this.#idleMemory);
  }

  /** Hands a message to a node. */
  receive(nodeId: string, message: object): void {
    (RED.nodes as { getNode(id: string): Node }).getNode(nodeId).receive(message as NodeMessage);
  }

  /** Calls back whenever a node has completed a message, with the error where it failed. */
  onComplete(nodeId: string, callBack: (message: object, error: unknown) => void): void {
    RED.hooks.add('onComplete.bench', ({ msg, error, node }: CompleteEvent) => {
      if (node.id === nodeId) callBack(msg, error);
    });
  }

  /** Resolves when the status of a node has a text of a kind. */
  status(nodeId: string, isIt: (text: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      RED.events.on('node-status', ({ id, status }: StatusEvent) => {
        if (id === nodeId && isIt(String(status.text))) resolve();
      });
    });
  }
}

interface StatusEvent {
  readonly id: string;
  readonly status: { readonly text?: unknown };
}

interface CompleteEvent {
  readonly msg: object;
  readonly error?: unknown;
  readonly node: { readonly id: string };
}
