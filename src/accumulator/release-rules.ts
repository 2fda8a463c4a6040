/**
 * When what waits is to be sealed.
 */
import { Cron } from 'croner';
import { ConnectError } from '../errors.ts';
import type { CollectionState } from '../store/index.ts';
import type { ReleaseRules } from './types.ts';

/** Of a collection, what its rules look at. */
export type Waiting = Pick<CollectionState, 'waiting' | 'oldestAt'>;

/** Rules that have been checked. */
export class Rules {
  readonly #rules: ReleaseRules;
  readonly #schedule: Cron | undefined;

  /** @throws ConnectError `SCHEDULE_INVALID` */
  constructor(rules: ReleaseRules) {
    this.#rules = rules;
    this.#schedule = rules.schedule && scheduleOf(rules.schedule);
  }

  /** Whether what waits is to be sealed at a time. */
  areMet(state: Waiting, at: number): boolean {
    const { items, bytes } = this.#rules;
    if (state.waiting.items === 0) return false;
    if (items !== undefined && state.waiting.items >= items) return true;
    if (bytes !== undefined && state.waiting.bytes >= bytes) return true;
    return (this.nextRelease(state) ?? Number.POSITIVE_INFINITY) <= at;
  }

  /**
   * When time alone will have what waits sealed; undefined for never, and where nothing waits. It does not move while
   * the oldest item stays: a run of the schedule that was missed because nothing was running lies in the past, and
   * is made up for at once, and once.
   */
  nextRelease({ waiting, oldestAt }: Waiting): number | undefined {
    if (waiting.items === 0 || oldestAt === undefined) return undefined;
    const byAge = this.#rules.age === undefined ? undefined : oldestAt + this.#rules.age;
    const bySchedule = this.#schedule?.nextRun(new Date(oldestAt))?.getTime();
    const times = [byAge, bySchedule].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

function scheduleOf({ pattern, timeZone }: NonNullable<ReleaseRules['schedule']>): Cron {
  try {
    const cron = new Cron(pattern, { timezone: timeZone, paused: true, mode: '5-or-6-parts' });
    // An unknown zone, and a day that never comes, show only when a time is asked for.
    if (cron.nextRun() !== null) return cron;
  } catch (thrown) {
    throw invalid(pattern, timeZone, thrown);
  }
  throw invalid(pattern, timeZone);
}

function invalid(pattern: string, timeZone: string, cause?: unknown): ConnectError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ', or its time never comes';
  return new ConnectError(
    'SCHEDULE_INVALID',
    `The schedule "${pattern}" in the time zone "${timeZone}" is not one${reason}.`,
    { cause },
  );
}
