/**
 * Defects on purpose: whoever judges must notice each of them.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { JobTracker } from '../../../src/jobs/index.ts';
import type { BatchStore, EndedJob, Store } from '../../../src/store/index.ts';
import type { Sabotage } from './accumulating-lines.ts';

/** Takes every job for succeeded as soon as it has been made. */
export class HastyTracker extends JobTracker {
  override async ended(scope: string, jobId: string): Promise<EndedJob> {
    return {
      scope,
      jobId,
      run: 1,
      requestId: null,
      import: null,
      supplierId: null,
      fullFile: false,
      items: null,
      restartOf: null,
      formerStop: null,
      followedSince: 0,
      result: 'succeeded',
      details: '{}',
      at: 0,
      outcomeId: jobId,
    };
  }
}

/** What a store does otherwise under a defect. */
export function sabotagedStore(
  { batches }: Store,
  sabotage: Sabotage | undefined,
): { readonly batches?: Partial<BatchStore> } {
  switch (sabotage) {
    case 'no resend':
      return {
        batches: {
          requests: async (id) =>
            (await batches.requests(id)).map((request) =>
              request.isPerhapsReceived && request.state === 'waiting'
                ? { ...request, state: 'ended' }
                : request,
            ),
        },
      };
    case 'early telling':
      return {
        batches: {
          async claimOutcome(id) {
            const claimed = await batches.claimOutcome(id);
            await batches.finishOutcome(id);
            await wait(20);
            return claimed;
          },
        },
      };
    default:
      return {};
  }
}
