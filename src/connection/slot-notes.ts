/**
 * Keeps the slots of one throttle in the store, so that a restart of the process does not forget the last minute.
 */
import type { SlotStore } from '../store/index.ts';
import type { Clock } from './clock.ts';

/** A slot that is noted; one of its methods ends it. */
export interface SlotNote {
  /** The answer has arrived, or the failure is certain: it counts for one window more. */
  end(): void;
  /** The request was given up: it may still arrive, so it counts for one window more than an ended one. */
  abandon(): void;
  /** Nothing was sent. */
  forget(): void;
}

interface EndedSlot {
  readonly id: number;
  readonly returnsAt: number;
}

/** The notes of one throttle. */
export class SlotNotes {
  readonly #store: SlotStore;
  readonly #throttle: string;
  readonly #window: number;
  readonly #clock: Clock;
  #ended: EndedSlot[] = [];

  /** @param window how long a slot counts after its answer, in milliseconds */
  constructor(store: SlotStore, throttle: string, window: number, clock: Clock) {
    this.#store = store;
    this.#throttle = throttle;
    this.#window = window;
    this.#clock = clock;
  }

  /**
   * For each slot of former processes how long it still counts, in milliseconds. One whose answer nobody saw counts
   * from now: whatever was on its way has arrived before, or never will.
   *
   * @throws ConnectError `STORE_…`
   */
  async load(): Promise<readonly number[]> {
    const slots = await this.#store.load(this.#throttle, this.#window);
    const now = this.#clock.now();
    return slots.map(({ id, endedFor }) => {
      const left = this.#window - (endedFor ?? 0);
      if (endedFor === undefined) this.#inBackground(this.#store.end(id));
      this.#ended.push({ id, returnsAt: now + left });
      return left;
    });
  }

  /**
   * Notes a slot before its request goes out.
   *
   * @throws ConnectError `STORE_…`
   */
  async take(): Promise<SlotNote> {
    this.#forgetReturned();
    const id = await this.#store.take(this.#throttle);
    const end = () => {
      this.#ended.push({ id, returnsAt: this.#clock.now() + this.#window });
      this.#inBackground(this.#store.end(id));
    };
    return {
      end,
      abandon: () => {
        this.#clock.after(this.#window, end, true);
      },
      forget: () => this.#inBackground(this.#store.forget([id])),
    };
  }

  #forgetReturned(): void {
    const now = this.#clock.now();
    const returned = this.#ended.filter(({ returnsAt }) => returnsAt <= now);
    if (returned.length === 0) return;
    this.#ended = this.#ended.filter(({ returnsAt }) => returnsAt > now);
    this.#inBackground(this.#store.forget(returned.map(({ id }) => id)));
  }

  /** What is not noted stays taken for the next process, which then waits too long rather than too short. */
  #inBackground(work: Promise<void>): void {
    work.catch(() => undefined);
  }
}
