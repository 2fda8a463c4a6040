/**
 * A ledger for tests of the sending alone: requests are noted, but nobody asks about their jobs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/connection/index.ts';
import { JobTracker } from '../../src/jobs/index.ts';
import type { Ledger } from '../../src/sending/index.ts';
import { processStore } from '../../src/store/index.ts';

/** A ledger in a folder of its own. */
export interface OwnLedger {
  readonly ledger: Ledger;
  /** Closes it and removes the folder. */
  end(): Promise<void>;
}

export async function ownLedger(): Promise<OwnLedger> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-ledger-'));
  const store = processStore(join(folder, 'store.sqlite'));
  const tracker = new JobTracker({
    store,
    clock: systemClock,
    minute: 60_000,
    random: Math.random,
    keysOf: () => () => [],
  });
  return {
    ledger: { store, tracker, clock: systemClock },
    async end() {
      tracker.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
