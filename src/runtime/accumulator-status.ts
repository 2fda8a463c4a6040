/**
 * What an accumulator shows under itself: what waits and for how long, the batch under way, and what stands in the way.
 */
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { AccumulatorState } from '../accumulator/index.ts';
import { ConnectError } from '../errors.ts';
import { duration, Status } from './status.ts';

/** Longest error code that fits under a node. */
const longestCode = 24;
/** Time in ms after which ages are shown anew though nothing else has changed. */
const refreshPause = 15_000;

type Look = Pick<NodeStatus, 'fill' | 'shape'>;

/** Status of an accumulator. Texts come from the node's own catalogue. */
export class AccumulatorStatus {
  readonly #RED: NodeAPI;
  readonly #type: string;
  readonly #status: Status;
  readonly #timer: NodeJS.Timeout;
  #state: AccumulatorState | undefined;
  #failure: Error | undefined;
  #shown = '';

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#type = node.type;
    this.#status = new Status(node);
    this.#timer = setInterval(() => this.#show(), refreshPause);
    this.#timer.unref();
  }

  changed(state: AccumulatorState): void {
    this.#state = state;
    this.#show();
  }

  /** A message was refused, or the accumulator cannot work. It is shown until a message is taken. */
  failed(error: Error): void {
    this.#failure = error;
    this.#show();
  }

  /** A message was taken. */
  taken(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#show();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#status.close();
  }

  #show(): void {
    const parts = [this.#failureText(), ...this.#stateTexts()].filter((text) => text !== undefined);
    if (parts.length === 0) return;
    const text = parts.join(', ');
    const look = this.#look();
    const shown = JSON.stringify([look, text]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#status.show({ ...look, text });
  }

  #look(): Look {
    const { batch, blocked, failed, waiting, feeds = [] } = this.#state ?? {};
    if (this.#failure !== undefined || blocked?.by === 'store' || blocked?.by === 'Connect')
      return { fill: 'red', shape: 'dot' };
    if (batch?.state === 'not taken') return { fill: 'yellow', shape: 'dot' };
    if (feeds.some(({ state }) => state === 'held')) return { fill: 'yellow', shape: 'dot' };
    if (batch !== undefined) return { fill: 'blue', shape: 'dot' };
    if (blocked !== undefined || (failed?.items ?? 0) > 0) return { fill: 'yellow', shape: 'ring' };
    return (waiting?.items ?? 0) > 0 ? { fill: 'green', shape: 'dot' } : { fill: 'grey', shape: 'ring' };
  }

  #failureText(): string | undefined {
    return this.#failure && codeOf(this.#failure);
  }

  #stateTexts(): (string | undefined)[] {
    if (this.#state === undefined) return [];
    const { batch, blocked, failed, feeds } = this.#state;
    return [
      ...feeds.map((feed) => this.#feedText(feed)),
      batch && this.#batchText(batch),
      blocked && this.#blockedText(blocked),
      this.#waitingText(this.#state),
      failed.items > 0 ? this.#text('failedItems', { count: failed.items }) : undefined,
    ];
  }

  #batchText({ state, items, requests }: NonNullable<AccumulatorState['batch']>): string {
    switch (state) {
      case 'sealing':
        return this.#text('sealing', { count: items });
      case 'not taken':
        return this.#text('notTaken', { count: items });
      case 'sending':
        return this.#text('sending', { count: items });
      case 'in job':
        return this.#text('inJob', { ended: requests?.ended ?? 0, all: requests?.all ?? 0 });
    }
  }

  #feedText({ state, collected, items, hold }: AccumulatorState['feeds'][number]): string | undefined {
    const count = items ?? collected.items;
    switch (state) {
      case 'collecting':
        return this.#text('feedCollecting', { count });
      case 'checking':
        return this.#text('feedChecking', { count });
      case 'held':
        return this.#text('feedHeld', { count, code: (hold?.code ?? '').slice(0, longestCode) });
      case 'ready':
        return this.#text('feedReady', { count });
      case 'sending':
        return undefined;
    }
  }

  #blockedText({ by, collection, code, since }: NonNullable<AccumulatorState['blocked']>): string {
    const time = duration(Math.max(0, Date.now() - since));
    switch (by) {
      case 'lane':
        return this.#text('laneBusy', { time });
      case 'followed collection':
        return this.#text('follows', { collection: collection ?? '', time });
      case 'Connect':
      case 'store':
        return this.#text('blocked', { code: (code ?? 'UNEXPECTED').slice(0, longestCode), time });
    }
  }

  #waitingText({ waiting, oldestAt, nextRelease, batch, blocked }: AccumulatorState): string | undefined {
    const now = Date.now();
    if (waiting.items === 0 || oldestAt === undefined) {
      const isQuiet = batch === undefined && blocked === undefined && (this.#state?.feeds.length ?? 0) === 0;
      return isQuiet ? this.#text('nothing', {}) : undefined;
    }
    const values = { count: waiting.items, time: duration(Math.max(0, now - oldestAt)) };
    // What is due already goes as soon as nothing stands in the way, which the other parts tell of.
    if (nextRelease === undefined || nextRelease <= now) return this.#text('waiting', values);
    return this.#text('waitingUntil', { ...values, next: duration(nextRelease - now) });
  }

  #text(key: string, values: Readonly<Record<string, string | number>>): string {
    const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
    return this.#RED._(`${this.#type}.status.${key}`, texts);
  }
}

function codeOf(error: Error): string {
  return (error instanceof ConnectError ? error.code : 'UNEXPECTED').slice(0, longestCode);
}
