/**
 * How a run of a job will go: its states, its pauses, and an end that is laid down beforehand.
 */
import { jobStatus } from './job.ts';
import type { JobRule } from './outcomes.ts';

/** Hostile: parallel jobs, random order and delays, foreign jobs, poor logs. Kind: none of these. */
export type Mood = 'hostile' | 'kind';

/** The course of one run. */
export interface JobPlan {
  /** The states on the way. */
  readonly states: readonly number[];
  /** Norce's milliseconds before each state, and one more pause before the work. */
  readonly pauses: readonly number[];
  readonly neverEnds: boolean;
  /** An end without an import; null: as the items go. */
  readonly failure: { readonly status: number; readonly message: string } | null;
}

/** What a plan depends on. */
export interface JobCircumstances {
  readonly mood: Mood;
  readonly random: () => number;
  readonly rule: JobRule | undefined;
  /** The job is over before its request is answered: it makes no pauses. */
  readonly early: boolean;
  /** A fault was ordered for it. */
  readonly willFail: boolean;
}

const hostilePause = 2000;
const kindPause = 20;
const unknownStatus = 7;

/** Lays down how a run goes. */
export function planJob({ mood, random, rule, early, willFail }: JobCircumstances): JobPlan {
  const states = rule?.states ?? (mood === 'hostile' && !early ? hostileStates(random) : []);
  const steps = states.length + 1;
  const pause = (): number => {
    if (early) return 0;
    if (rule?.endsAfter !== undefined) return rule.endsAfter / steps;
    return mood === 'hostile' ? random() * hostilePause : kindPause;
  };
  return {
    states,
    pauses: Array.from({ length: steps }, pause),
    neverEnds: rule?.neverEnds ?? false,
    failure: failureOf(rule, willFail),
  };
}

/** One or two states, in any order, among them one that no document knows. */
function hostileStates(random: () => number): readonly number[] {
  const first = random() < 0.5 ? jobStatus.queued : jobStatus.validating;
  const other = first === jobStatus.queued ? jobStatus.validating : jobStatus.queued;
  const next = [[], [other], [unknownStatus]][Math.floor(random() * 3)] ?? [];
  return [first, ...next];
}

function failureOf(rule: JobRule | undefined, willFail: boolean): JobPlan['failure'] {
  if (rule?.status !== undefined) {
    return { status: rule.status, message: rule.message ?? 'The import was stopped by a rule.' };
  }
  return willFail ? { status: jobStatus.failed, message: 'The import was interrupted.' } : null;
}
