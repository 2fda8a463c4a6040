/**
 * Waits for what another process brings about.
 */
import { setTimeout as wait } from 'node:timers/promises';

const longest = 30_000;
const lookEvery = 100;

/** Resolves when the condition holds; rejects after 30 seconds, naming what did not come. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + longest;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await wait(lookEvery);
  }
}
