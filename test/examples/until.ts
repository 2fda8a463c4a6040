/**
 * Waits for what another process brings about.
 */
import { setTimeout as wait } from 'node:timers/promises';

// Jobs are asked about seldom: a tenth of the requests per minute is theirs.
const longest = 90_000;
const lookEvery = 100;

/** Resolves when the condition holds; rejects after 90 seconds, naming what did not come. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + longest;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await wait(lookEvery);
  }
}
