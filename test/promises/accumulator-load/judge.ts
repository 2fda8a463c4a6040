/**
 * Holds what the shop and the store have at the end against what was sent and acknowledged.
 *
 * The law. Values of one place (a field of a record) are numbered in the order in which they were sent.
 * - **Kept:** the shop holds, for every place, a value at least as new as the newest acknowledged one. Only where
 *   Connect refused the item, or failed its job, may that value be among the failed items instead, with a reason.
 * - **Sent:** every value in the shop was sent, for just that place; a message that was not acknowledged may have
 *   arrived or not. Whatever nobody sent a value for is as it was before.
 * - **Forward:** at no moment of the run has a place gone back to an older value, so that nothing ever undoes
 *   something newer.
 * - **Lane:** two jobs of one import that hold the same record are never under way at the same time, unless they are
 *   the same request, sent again because its answer was lost.
 * - **Told:** the outcome of every batch is told; more than once only with the mark that it may be a repetition.
 * - **Limit:** Connect never turned a request away because of its limit.
 * - **Refused:** of records that Connect refuses nothing is in the shop, and what was acknowledged is kept as failed.
 */
import type { Job } from '../../../src/simulator/index.ts';
import type { KeptItem } from '../../../src/store/index.ts';
import type { Plain } from '../shapes.ts';
import {
  collections,
  type LoadedCollection,
  numbersOf,
  type Place,
  recordOfItem,
  restOf,
  type ShopContent,
  valuesOf,
} from './collections.ts';
import type { Sent } from './sent.ts';

/** A failed item as the store keeps it, with its collection. */
export type FailedItem = Pick<KeptItem, 'text' | 'reason'> & { readonly collection: LoadedCollection };

/** Values that Connect refuses stand in the log of its jobs with this text. */
export const refusal = 'Refused by the test.';

/** Whether a record is one that Connect refuses. */
export function isRefused({ records }: LoadedCollection, record: string): boolean {
  return record === records.at(-1);
}

const refusedPlaces = collections.map(({ name, records }) => `${name} ${records.at(-1)} `);

/** The newest failed value of each place. */
function failedValues(failed: readonly FailedItem[]): ReadonlyMap<Place, number> {
  const newest = new Map<Place, number>();
  for (const { collection, text } of failed) {
    const item = JSON.parse(text) as Plain;
    const record = recordOfItem(collection, item) ?? '';
    for (const [place, value = 0] of valuesOf(collection, record, item)) {
      newest.set(place, Math.max(value, newest.get(place) ?? 0));
    }
  }
  return newest;
}

/** Faults by the laws "kept", "sent" and "refused". */
export function judgeShop(
  sent: Sent,
  before: ShopContent,
  after: ShopContent,
  failed: readonly FailedItem[],
): string[] {
  const faults: string[] = [];
  const kept = failedValues(failed);
  const values = numbersOf(after);
  for (const [place, value] of sent.newest()) {
    const stored = values.get(place) ?? 0;
    if (Math.max(stored, kept.get(place) ?? 0) < value) {
      faults.push(`lost: ${place} was acknowledged as ${value}, the shop has ${stored || 'nothing of it'}`);
    }
  }
  for (const [place, value] of values) {
    if (!sent.wasSent(place, value)) faults.push(`not sent: ${place} is ${value}`);
    if (refusedPlaces.some((start) => place.startsWith(start)))
      faults.push(`refused, and yet there: ${place}`);
  }
  const formerRest = restOf(before, sent.places);
  for (const [record, rest] of restOf(after, sent.places)) {
    const former = formerRest.get(record);
    if (rest !== former) faults.push(`changed by nobody: ${record}\n  was ${former}\n  is  ${rest}`);
  }
  for (const { text, reason } of failed) {
    if (!hasReason(reason)) faults.push(`failed without a reason: ${text}`);
  }
  return faults;
}

function hasReason(reason: string): boolean {
  const value = JSON.parse(reason) as unknown;
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Faults by the law "forward", of one look at the shop after another. */
export class ForwardJudge {
  readonly faults: string[] = [];
  #former: ReadonlyMap<Place, number> = new Map();

  look(content: ShopContent): void {
    const values = numbersOf(content);
    for (const [place, former] of this.#former) {
      const value = values.get(place);
      if (value === undefined || value < former) {
        this.faults.push(`went back: ${place} from ${former} to ${value ?? 'nothing of it'}`);
      }
    }
    this.#former = values;
  }
}

/** Outcomes that were told, and the batches that there were. */
export class OutcomeJudge {
  readonly #told = new Map<string, { times: number; life: number }>();
  readonly #batches = new Set<string>();
  readonly #unmarked: string[] = [];
  repeated = 0;

  begun(batch: string): void {
    this.#batches.add(batch);
  }

  told(batch: string, isRepeated: boolean, life: number): void {
    this.#batches.add(batch);
    const known = this.#told.get(batch);
    this.#told.set(batch, { times: (known?.times ?? 0) + 1, life });
    if (known === undefined) return;
    this.repeated += 1;
    if (!isRepeated || known.life === life) {
      this.#unmarked.push(`told again without a word: batch ${batch}, lives ${known.life} and ${life}`);
    }
  }

  get batches(): number {
    return this.#batches.size;
  }

  get faults(): string[] {
    const untold = [...this.#batches].filter((batch) => !this.#told.has(batch));
    return [...this.#unmarked, ...untold.map((batch) => `never told: batch ${batch}`)];
  }
}

interface Span {
  readonly job: Job;
  readonly body: string;
  readonly records: ReadonlySet<string>;
}

function spanOf(job: Job): Span | undefined {
  const { payload, importName } = job;
  if (payload === null || importName === null) return undefined;
  const body = payload.body.toString('utf8');
  const among = collections.filter((collection) => collection.import === importName);
  const records = (JSON.parse(body) as readonly Plain[]).flatMap((item) =>
    among.map((collection) => recordOfItem(collection, item)).filter((record) => record !== undefined),
  );
  return { job, body: JSON.stringify(payload.header) + body, records: new Set(records) };
}

/** Faults by the law "lane". Jobs are to be shown while Connect still has them, as often as one likes. */
export class LaneJudge {
  readonly faults: string[] = [];
  readonly #seen = new Set<number>();
  #recent: Span[] = [];

  /** Jobs that Connect has made. */
  get jobs(): number {
    return this.#seen.size;
  }

  look(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (job.isForeign || this.#seen.has(job.id)) continue;
      this.#seen.add(job.id);
      const span = spanOf(job);
      if (span !== undefined) this.#add(span);
    }
  }

  #add(span: Span): void {
    const from = span.job.start.getTime();
    // Jobs come in the order in which they were made, so that what had ended by now meets none of the later ones.
    this.#recent = this.#recent.filter(({ job }) => job.stop === null || job.stop.getTime() > from);
    for (const other of this.#recent) {
      if (other.job.importName !== span.job.importName || other.body === span.body) continue;
      const shared = [...span.records].filter((record) => other.records.has(record));
      if (shared.length === 0) continue;
      const { importName, id } = span.job;
      this.faults.push(`lane not held: jobs ${other.job.id} and ${id} of ${importName} share ${shared[0]}`);
    }
    this.#recent.push(span);
  }
}
