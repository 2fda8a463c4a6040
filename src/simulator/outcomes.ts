/**
 * Outcomes on order: rules for what becomes of items and of jobs, until they are used up or cleared.
 */
import type { ImportName } from '../contract/index.ts';
import type { PlainRecord } from './shapes.ts';

/** A value that an item is told by. */
export type MatchedValue = string | number | boolean | null;

/** What becomes of some items. Of several rules that fit an item the oldest counts. */
export interface ItemRule {
  /** Unless given: any import. */
  readonly import?: ImportName;
  /**
   * Fields by their contract names, also those of records below, such as `Variants.Skus.PartNo`; each must have
   * its value, in one of its records where there are several. `{}` fits every item.
   */
  readonly match: Readonly<Record<string, MatchedValue>>;
  /** `error`: nothing of the item is imported. `warning`: it is imported, but for `leaveOut`. */
  readonly severity: 'error' | 'warning';
  /** The text of the log row. */
  readonly message: string;
  /** With a warning: values of the request's field lists that are not written, in none of their variants. */
  readonly leaveOut?: readonly string[];
  /** How many items it concerns, over all runs of all jobs. Unless given: without end. */
  readonly count?: number;
}

/** What becomes of some jobs of ours. Each run takes one rule when it starts, the oldest that fits. */
export interface JobRule {
  /** Unless given: any import. */
  readonly import?: ImportName;
  /** The job imports nothing and ends in 3 (failed) or 4 (validation failed). Unless given: as its items go. */
  readonly status?: 3 | 4;
  /** The log row that says why; only with a status. */
  readonly message?: string;
  /** The states on the way, in this order: 5 validating, 6 queued, or numbers that nobody knows. */
  readonly states?: readonly number[];
  /** Milliseconds of Norce's time until the work starts, which ends it. Unless given: by the mood. */
  readonly endsAfter?: number;
  /** The job stays in the last of its states until it is ended by hand. */
  readonly neverEnds?: boolean;
  /** How many runs it concerns, restarts among them. Unless given: without end. */
  readonly count?: number;
}

interface Standing<Rule> {
  readonly rule: Rule;
  left: number;
}

/** The rules in force, oldest first. */
export class OutcomeRules {
  #items: Standing<ItemRule>[] = [];
  #jobs: Standing<JobRule>[] = [];

  /** Sets a rule for items. */
  addItem(rule: ItemRule): void {
    this.#items.push({ rule, left: rule.count ?? Number.POSITIVE_INFINITY });
  }

  /** Sets a rule for jobs; it concerns those that start after this. */
  addJob(rule: JobRule): void {
    this.#jobs.push({ rule, left: rule.count ?? Number.POSITIVE_INFINITY });
  }

  /** The rule that an item meets, which thereby counts once. */
  takeItem(importName: ImportName, item: PlainRecord): ItemRule | undefined {
    return take(this.#items, (rule) => fitsImport(rule, importName) && fitsItem(rule, item));
  }

  /** The rule that a run of a job meets, which thereby counts once. */
  takeJob(importName: ImportName): JobRule | undefined {
    return take(this.#jobs, (rule) => fitsImport(rule, importName));
  }

  /** The rules that still concern somebody. */
  list(): { readonly items: readonly ItemRule[]; readonly jobs: readonly JobRule[] } {
    return { items: standing(this.#items), jobs: standing(this.#jobs) };
  }

  /** Drops every rule. */
  clear(): void {
    this.#items = [];
    this.#jobs = [];
  }
}

function take<Rule>(rules: readonly Standing<Rule>[], fits: (rule: Rule) => boolean): Rule | undefined {
  const found = rules.find(({ rule, left }) => left > 0 && fits(rule));
  if (found === undefined) return undefined;
  found.left -= 1;
  return found.rule;
}

function fitsImport(rule: ItemRule | JobRule, importName: ImportName): boolean {
  return rule.import === undefined || rule.import === importName;
}

function fitsItem(rule: ItemRule, item: PlainRecord): boolean {
  return Object.entries(rule.match).every(([path, value]) => valuesAt(item, path.split('.')).includes(value));
}

/** What stands at the end of a path, null for what is left out; a list on the way spreads it. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path));
  const [name, ...rest] = path;
  if (name === undefined) return [value ?? null];
  if (typeof value !== 'object' || value === null) return [null];
  return valuesAt((value as PlainRecord)[name], rest);
}

function standing<Rule extends object>(rules: readonly Standing<Rule>[]): readonly Rule[] {
  return rules
    .filter(({ left }) => left > 0)
    .map(({ rule, left }) => (left === Number.POSITIVE_INFINITY ? rule : { ...rule, count: left }));
}
