/**
 * When to look at a job again. Pure.
 */

/** In parts of a minute: the first pause, and the least. With the usual limit it is as much as the share of polls allows. */
const shortest = 10 / 60;
/** In minutes. */
const longest = 5;
/** A pause is this share of the job's age, so that a job of any length is looked at a few dozen times at most. */
const share = 1 / 4;
/**
 * In minutes: the pause while events tell of jobs that end. Polls are then for those whose event is lost; Norce itself
 * repeats one that was not taken after a quarter of an hour at the latest, as long as it is young.
 */
const pauseWithEvents = 15;

/**
 * The pause before the next look at a running job, in milliseconds.
 *
 * @param age how long the job has been followed, in milliseconds
 * @param minute length of a minute in milliseconds
 * @param hasEvents events are coming in for this Connect
 */
export function pollDelay(age: number, minute: number, hasEvents: boolean): number {
  if (hasEvents) return pauseWithEvents * minute;
  return Math.min(Math.max(age * share, shortest * minute), longest * minute);
}

/** How many requests of a window polls may use: a tenth of the limit, and one at least. */
export function pollShare(limit: number): number {
  return Math.max(1, Math.floor(limit / 10));
}
