/**
 * When to look at a job again. Pure.
 */

/** In parts of a minute: the first pause, and the least. */
const shortest = 5 / 60;
/** In minutes. */
const longest = 5;
/** A pause is this share of the job's age, so that a job of any length is looked at a few dozen times at most. */
const share = 1 / 4;
/** In minutes: the least pause while events tell of jobs that end, so that few jobs are looked at that will be told of. */
const shortestWithEvents = 2;

/**
 * The pause before the next look at a running job, in milliseconds.
 *
 * @param age how long the job has been followed, in milliseconds
 * @param minute length of a minute in milliseconds
 * @param hasEvents events are coming in for this Connect
 */
export function pollDelay(age: number, minute: number, hasEvents: boolean): number {
  const least = (hasEvents ? shortestWithEvents : shortest) * minute;
  return Math.min(Math.max(age * share, least), longest * minute);
}

/** How many requests of a window polls may use: a tenth of the limit, and one at least. */
export function pollShare(limit: number): number {
  return Math.max(1, Math.floor(limit / 10));
}
