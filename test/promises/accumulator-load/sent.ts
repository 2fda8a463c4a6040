/**
 * What was sent, and what of it was acknowledged: the memory of whoever judges.
 */
import type { LoadedMessage, Place } from './collections.ts';

/** The values of one place. */
interface Values {
  readonly sent: Set<number>;
  acknowledged: number | undefined;
}

/** Everything that was sent in a run. */
export class Sent {
  readonly #places = new Map<Place, Values>();
  readonly #open = new Map<number, LoadedMessage>();
  #last = 0;
  acknowledged = 0;

  /** Messages that were sent. */
  get messages(): number {
    return this.#last;
  }

  /** Messages that are neither acknowledged nor refused yet. */
  get open(): number {
    return this.#open.size;
  }

  /** Notes a message before it is sent. */
  add(message: LoadedMessage): number {
    this.#last += 1;
    this.#open.set(this.#last, message);
    for (const [place, value] of message.values) {
      const values = this.#places.get(place) ?? { sent: new Set(), acknowledged: undefined };
      this.#places.set(place, values);
      values.sent.add(value);
    }
    return this.#last;
  }

  /** It is on disk: so said the process. */
  acknowledge(id: number): void {
    const message = this.#open.get(id);
    if (message === undefined) return;
    this.#open.delete(id);
    this.acknowledged += 1;
    for (const [place, value] of message.values) {
      const values = this.#places.get(place);
      if (values !== undefined) values.acknowledged = Math.max(values.acknowledged ?? 0, value);
    }
  }

  /** It was refused: whether it is on disk nobody knows. */
  refuse(id: number): void {
    this.#open.delete(id);
  }

  /** The process has gone: of what was not acknowledged nobody knows whether it is on disk. */
  forgetOpen(): void {
    this.#open.clear();
  }

  /** Places that something was sent for. */
  get places(): ReadonlySet<Place> {
    return new Set(this.#places.keys());
  }

  wasSent(place: Place, value: number): boolean {
    return this.#places.get(place)?.sent.has(value) === true;
  }

  /** The newest acknowledged value of each place that has one. */
  *newest(): Generator<[Place, number]> {
    for (const [place, { acknowledged }] of this.#places) {
      if (acknowledged !== undefined) yield [place, acknowledged];
    }
  }
}
