/**
 * Holds what the shop has at the end of the day against what was sent and acknowledged. Values of one place (a field
 * of a record) are numbered in the order in which they were sent.
 */
import { numbersOf, type Place, restOf, type ShopContent } from '../accumulator-load/collections.ts';
import type { Sent } from '../accumulator-load/sent.ts';

/** Faults in the shop: values lost, never sent or changed by nobody. Nothing may be kept as failed. */
export function judgeShop(sent: Sent, before: ShopContent, after: ShopContent): string[] {
  const faults: string[] = [];
  const values = numbersOf(after);
  for (const [place, value] of sent.newest()) {
    const stored = values.get(place) ?? 0;
    if (stored < value)
      faults.push(`lost: ${place} was acknowledged as ${value}, the shop has ${stored || 'nothing of it'}`);
  }
  for (const [place, value] of values) {
    if (!sent.wasSent(place, value)) faults.push(`not sent: ${place} is ${value}`);
  }
  const former = restOf(before, sent.places);
  for (const [record, rest] of restOf(after, sent.places)) {
    if (rest !== former.get(record)) faults.push(`changed by nobody: ${record}`);
  }
  return faults;
}

/** A request as far as the limit counts it; `at` in milliseconds. */
export interface Counted {
  readonly at: number;
  readonly status: number | null;
}

/** The most requests in any rolling minute. */
export function busiestMinute(requests: readonly Counted[], minute: number): number {
  let first = 0;
  let most = 0;
  requests.forEach(({ at }, position) => {
    while (at - (requests[first]?.at ?? at) >= minute) first += 1;
    most = Math.max(most, position - first + 1);
  });
  return most;
}

/** Faults by the limit: answers 429, and requests beyond it. */
export function judgeLimit(requests: readonly Counted[], limit: number, minute: number): string[] {
  const turnedAway = requests.filter(({ status }) => status === 429).length;
  const most = busiestMinute(requests, minute);
  return [
    ...(turnedAway > 0 ? [`429: ${turnedAway} requests`] : []),
    ...(most > limit ? [`over the limit: ${most} requests in a minute`] : []),
  ];
}

/** How long acknowledged values take to the shop. */
export class Lag {
  /** Of each place, acknowledged values that are not in the shop yet, with the moment of their acknowledgement. */
  readonly #open = new Map<Place, { readonly value: number; readonly at: number }[]>();
  /** Of each collection: moment of the acknowledgement, and of the value's or a newer one's arrival. */
  readonly arrived = new Map<string, { readonly from: number; readonly until: number }[]>();

  acknowledged(values: readonly (readonly [Place, number])[], at: number): void {
    for (const [place, value] of values) {
      const open = this.#open.get(place) ?? [];
      this.#open.set(place, open);
      open.push({ value, at });
    }
  }

  look(values: ReadonlyMap<Place, number>, at: number): void {
    for (const [place, open] of this.#open) {
      const stored = values.get(place) ?? 0;
      const [name = ''] = place.split(' ', 1);
      const arrived = this.arrived.get(name) ?? [];
      this.arrived.set(name, arrived);
      const left = open.filter((one) => one.value > stored);
      for (const one of open) if (one.value <= stored) arrived.push({ from: one.at, until: at });
      if (left.length === 0) this.#open.delete(place);
      else this.#open.set(place, left);
    }
  }
}
