/**
 * What job nodes put under `msg.norce`, and as the payload.
 */
import { type JobOutcome, type JobState, statusName } from '../jobs/index.ts';

/** A job as it is told while it runs, or when it is read once. */
export function stateProperties({ status, ...rest }: JobState): Record<string, unknown> {
  return { ...rest, ...(status === undefined ? {} : { status }), state: statusName(status) };
}

/** The end of a job. */
export function outcomeProperties(outcome: JobOutcome, isRepeated: boolean): Record<string, unknown> {
  const { jobId, run, result, outcomeId, items, restartOf, state, reason, problems, logError } = outcome;
  const { totals, fail, inserts, updates, start, stop, runTime, status } = state ?? {};
  const properties = {
    import: outcome.import ?? undefined,
    jobId,
    outcome: result,
    outcomeId,
    repeated: isRepeated ? true : undefined,
    run: run > 1 ? run : undefined,
    restartOf: restartOf ?? undefined,
    status,
    state: status === undefined ? undefined : statusName(status),
    items: items ?? undefined,
    totals,
    fail,
    inserts,
    updates,
    start,
    stop,
    runTime,
    logWarnings: problems?.warnings,
    logErrors: problems?.errors,
    code: reason?.code,
    message: reason?.message,
    logError,
  };
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

const namesOfOutcome: ReadonlySet<string> = new Set([
  'outcome',
  'outcomeId',
  'repeated',
  'status',
  'state',
  'totals',
  'fail',
  'inserts',
  'updates',
  'start',
  'stop',
  'runTime',
  'logWarnings',
  'logErrors',
  'code',
  'message',
  'logError',
  'notKept',
]);

/** What stands under `msg.norce` without what a job node has told there of an end: it says nothing of another run. */
export function withoutOutcome(norce: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (norce.outcomeId === undefined) return { ...norce };
  return Object.fromEntries(Object.entries(norce).filter(([name]) => !namesOfOutcome.has(name)));
}

/** Warnings and errors of a job, those about a known item first. */
export function problemsOf({ problems }: JobOutcome): readonly object[] {
  return problems === undefined ? [] : [...problems.matched, ...problems.unmatched];
}
