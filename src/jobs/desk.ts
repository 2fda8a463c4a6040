/**
 * Hands stored things to the nodes that they are for: at least once each, and again only where nobody can know
 * whether it was handed over.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../connection/index.ts';
import { asError } from '../errors.ts';

/** Takes what is handed over. */
export interface Receiver<Item> {
  /** Whether it can take anything now; a promise where that is only a matter of time. Asked right before {@link take}. */
  availability(): 'open' | 'closed' | Promise<void>;
  /** @param isRepeated it may have been handed over by a process that has ended since */
  take(item: Item, isRepeated: boolean): void;
  /** The store cannot be read or written; it is tried again. */
  trouble(error: Error): void;
}

/** Where the things are stored. Times in milliseconds since 1970. */
export interface Shelf<Item> {
  due(nodeId: string, at: number): Promise<readonly Item[]>;
  claim(id: number): Promise<{ readonly isRepeated: boolean } | undefined>;
  finish(id: number, at: number): Promise<void>;
  /** When the next one will be due without anybody saying so; undefined for never. */
  nextDue?(nodeId: string, at: number): Promise<number | undefined>;
}

interface Counter<Item> {
  readonly receiver: Receiver<Item>;
  isBusy: boolean;
  isAskedAgain: boolean;
  cancelWake: () => void;
}

/** In parts of a minute: the pause after the store has failed. */
const pauseAfterFailure = 5 / 60;

/** The longest time that a timer of Node.js can run, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Turns of the event loop in which Node-RED has passed a message on to the nodes behind the wires. */
const turnsOfDelivery = 3;

/** One desk for one kind of things. */
export class Desk<Item extends { readonly id: number }> {
  readonly #shelf: Shelf<Item>;
  readonly #clock: Clock;
  readonly #minute: number;
  readonly #counters = new Map<string, Counter<Item>>();
  /** Handed over by this process, but that could not be noted yet. */
  readonly #taken = new Set<number>();

  constructor(shelf: Shelf<Item>, clock: Clock, minute: number) {
    this.#shelf = shelf;
    this.#clock = clock;
    this.#minute = minute;
  }

  /** A node is there to take what is for it, until the function that is returned is called. */
  attach(nodeId: string, receiver: Receiver<Item>): () => void {
    this.#counters.get(nodeId)?.cancelWake();
    const counter: Counter<Item> = {
      receiver,
      isBusy: false,
      isAskedAgain: false,
      cancelWake: () => undefined,
    };
    this.#counters.set(nodeId, counter);
    this.wake(nodeId);
    return () => {
      counter.cancelWake();
      if (this.#counters.get(nodeId) === counter) this.#counters.delete(nodeId);
    };
  }

  /** Nobody is there any more; what is stored stays. */
  close(): void {
    for (const counter of this.#counters.values()) counter.cancelWake();
    this.#counters.clear();
  }

  /** Something may be due: for a node, or for any. */
  wake(nodeId?: string): void {
    for (const id of nodeId === undefined ? [...this.#counters.keys()] : [nodeId]) {
      const counter = this.#counters.get(id);
      if (counter !== undefined) this.#serve(id, counter);
    }
  }

  #serve(nodeId: string, counter: Counter<Item>): void {
    counter.isAskedAgain = true;
    if (counter.isBusy) return;
    counter.isBusy = true;
    this.#run(nodeId, counter)
      .catch((thrown: unknown) => {
        counter.isAskedAgain = false;
        counter.receiver.trouble(asError(thrown));
        this.#wakeIn(nodeId, counter, pauseAfterFailure * this.#minute);
      })
      .finally(() => {
        counter.isBusy = false;
        if (counter.isAskedAgain && this.#isCurrent(nodeId, counter)) this.#serve(nodeId, counter);
      });
  }

  async #run(nodeId: string, counter: Counter<Item>): Promise<void> {
    counter.cancelWake();
    while (counter.isAskedAgain) {
      counter.isAskedAgain = false;
      for (const item of await this.#shelf.due(nodeId, this.#clock.date())) {
        if (!this.#isCurrent(nodeId, counter)) return;
        await this.#hand(item, nodeId, counter);
      }
      const next = await this.#shelf.nextDue?.(nodeId, this.#clock.date());
      if (next !== undefined) this.#wakeIn(nodeId, counter, next - this.#clock.date());
    }
  }

  async #hand(item: Item, nodeId: string, counter: Counter<Item>): Promise<void> {
    if (!this.#taken.has(item.id)) {
      // Before the claim too: what was claimed but never passed on would be told as a repeat by the next process.
      if (!(await this.#isOpen(nodeId, counter))) return;
      const claim = await this.#shelf.claim(item.id);
      if (claim === undefined || !(await this.#isOpen(nodeId, counter))) return;
      this.#taken.add(item.id);
      counter.receiver.take(item, claim.isRepeated);
      // A process that is killed now has not passed it on: only then may it be noted as handed over.
      for (let turn = 0; turn < turnsOfDelivery; turn++) await nextTurn();
    }
    await this.#shelf.finish(item.id, this.#clock.date());
    this.#taken.delete(item.id);
  }

  /** A node that has been closed would send into nothing: its successor claims the thing anew. */
  async #isOpen(nodeId: string, counter: Counter<Item>): Promise<boolean> {
    for (;;) {
      if (!this.#isCurrent(nodeId, counter)) return false;
      const availability = counter.receiver.availability();
      if (typeof availability === 'string') return availability === 'open';
      await availability;
    }
  }

  #isCurrent(nodeId: string, counter: Counter<Item>): boolean {
    return this.#counters.get(nodeId) === counter;
  }

  #wakeIn(nodeId: string, counter: Counter<Item>, delay: number): void {
    if (!this.#isCurrent(nodeId, counter)) return;
    counter.cancelWake();
    counter.cancelWake = this.#clock.after(Math.min(delay, longestTimer), () => this.wake(nodeId), true);
  }
}
