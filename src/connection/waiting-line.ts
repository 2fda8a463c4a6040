/**
 * Who is next for a slot: by priority, but nobody starves.
 */

/** What a call is for; the first is the most urgent. */
export type Priority = 'orders' | 'imports' | 'restarts' | 'polls';

const PRIORITIES: readonly Priority[] = ['orders', 'imports', 'restarts', 'polls'];

/**
 * How many slots in a row may go past a class that waits before it is due. Of the classes that are due the most
 * urgent goes first, so a class waits for at most two slots more than this.
 */
export const PATIENCE: Readonly<Record<Priority, number>> = {
  orders: Number.POSITIVE_INFINITY,
  imports: 4,
  restarts: 8,
  polls: 12,
};

/** A place in the line; it is kept over all attempts of a call, so that a repeated attempt does not start at the end. */
export interface Ticket {
  readonly priority: Priority;
  readonly number: number;
}

interface Entry<T> {
  readonly ticket: Ticket;
  readonly value: T;
}

interface Lane<T> {
  readonly priority: Priority;
  readonly entries: Entry<T>[];
  passedOver: number;
}

/** Waiting values: by priority, inside one priority by ticket number. */
export class WaitingLine<T> {
  readonly #lanes: readonly Lane<T>[] = PRIORITIES.map((priority) => ({
    priority,
    entries: [],
    passedOver: 0,
  }));

  get length(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.entries.length, 0);
  }

  add(ticket: Ticket, value: T): void {
    const { entries } = this.#lane(ticket);
    entries.splice(positionOf(entries, ticket.number), 0, { ticket, value });
  }

  remove(ticket: Ticket): void {
    const lane = this.#lane(ticket);
    const position = positionOf(lane.entries, ticket.number);
    if (lane.entries[position]?.ticket.number !== ticket.number) return;
    lane.entries.splice(position, 1);
    if (lane.entries.length === 0) lane.passedOver = 0;
  }

  /** Takes out who is next. */
  next(): T | undefined {
    const waiting = this.#lanes.filter((lane) => lane.entries.length > 0);
    const chosen = waiting.find((lane) => lane.passedOver >= PATIENCE[lane.priority]) ?? waiting[0];
    if (chosen === undefined) return undefined;
    for (const lane of waiting) lane.passedOver += 1;
    chosen.passedOver = 0;
    return chosen.entries.shift()?.value;
  }

  /** All waiting values with their place, 1 for the head, as if nobody were overtaken for the sake of fairness. */
  *places(): Iterable<readonly [place: number, value: T]> {
    let place = 0;
    for (const lane of this.#lanes) {
      for (const { value } of lane.entries) {
        place += 1;
        yield [place, value];
      }
    }
  }

  /** The place of one ticket as in {@link places}; undefined if it does not wait. */
  placeOf(ticket: Ticket): number | undefined {
    const lane = this.#lane(ticket);
    const position = positionOf(lane.entries, ticket.number);
    if (lane.entries[position]?.ticket.number !== ticket.number) return undefined;
    const ahead = this.#lanes.slice(0, this.#lanes.indexOf(lane));
    return ahead.reduce((sum, { entries }) => sum + entries.length, position + 1);
  }

  /** How many wait, by priority. */
  counts(): Readonly<Record<Priority, number>> {
    const counts = { orders: 0, imports: 0, restarts: 0, polls: 0 };
    for (const lane of this.#lanes) counts[lane.priority] = lane.entries.length;
    return counts;
  }

  #lane(ticket: Ticket): Lane<T> {
    const lane = this.#lanes[PRIORITIES.indexOf(ticket.priority)];
    if (lane === undefined) throw new TypeError(`no such priority: ${ticket.priority}`);
    return lane;
  }
}

/** Where a ticket stands, or would stand, in entries sorted by number. */
function positionOf(entries: readonly Entry<unknown>[], number: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.ticket.number ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
