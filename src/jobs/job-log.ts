/**
 * Reads the log of a job, and ties its rows to the items that were sent.
 */
import { ConnectError } from '../errors.ts';
import { isObject, type Json, numberOf, parsed, property, textOf } from './json.ts';

/** A row of Job/GetLog. */
export interface LogRow {
  readonly severity: 'information' | 'warning' | 'error';
  readonly message: string;
  /** Without a zone, for people. */
  readonly time?: string;
  /** The item as Connect read it; often missing, or cut short. */
  readonly row?: string;
}

/** A warning or an error about one item. */
export interface ItemProblem {
  /** Identity key of the item. */
  readonly key: string;
  /** Position of the item in its request. */
  readonly index: number;
  readonly severity: 'warning' | 'error';
  readonly message: string;
}

/** Warnings or errors with one text that cannot be tied to an item for certain. */
export interface UnmatchedProblem {
  readonly severity: 'warning' | 'error';
  readonly message: string;
  readonly count: number;
  /** What the log has of the first of them. */
  readonly row?: string;
}

/** What a log says, beside that the import started and ended. */
export interface JobProblems {
  readonly warnings: number;
  readonly errors: number;
  /** At most {@link mostProblems}. */
  readonly matched: readonly ItemProblem[];
  /** At most {@link mostProblems}. */
  readonly unmatched: readonly UnmatchedProblem[];
}

/** The identity keys under which an item may have been sent, from the item as the log shows it. */
export type KeysOfRow = (row: Json) => readonly string[];

/** Most problems that are told of one job, of each kind; the counts are always whole. */
export const mostProblems = 1000;

/** Most characters of a row that are kept. */
const longestRow = 1000;

const severities: ReadonlyMap<unknown, LogRow['severity']> = new Map([
  [1, 'information'],
  [2, 'warning'],
  [3, 'error'],
]);

function logRow(row: Json): LogRow {
  const time = textOf(property(row, 'TimeStamp'));
  const imported = property(row, 'ImportedRow');
  // Documented as text; an object says the same.
  const text = isObject(imported) ? JSON.stringify(imported) : textOf(imported);
  return {
    // What is worse than what is documented must not pass for information.
    severity: severities.get(numberOf(property(row, 'SeverityId'))) ?? 'error',
    message: textOf(property(row, 'Message')) ?? '',
    ...(time === undefined ? {} : { time }),
    ...(text === undefined ? {} : { row: text }),
  };
}

/**
 * The answer of Job/GetLog: a list of rows, or by another page of the reference a single row.
 *
 * @throws ConnectError `ANSWER_MALFORMED`
 */
export function parseJobLog(text: string): readonly LogRow[] {
  const answer = parsed(text);
  if (isObject(answer)) return [logRow(answer)];
  if (!Array.isArray(answer)) throw new ConnectError('ANSWER_MALFORMED', 'Job/GetLog answered without rows.');
  return answer.filter(isObject).map(logRow);
}

/**
 * Ties warnings and errors to items by their identity key. Nothing is guessed: a row that is missing, cut short, or
 * about none of the items is told with its text and how often it occurs.
 *
 * @param keys identity keys of the request's items, in their order
 */
export function problemsIn(rows: readonly LogRow[], keys: readonly string[], keysOf: KeysOfRow): JobProblems {
  const positions = new Map(keys.map((key, index) => [key, index]));
  const matched: ItemProblem[] = [];
  const unmatched = new Map<string, UnmatchedProblem>();
  let warnings = 0;
  let errors = 0;
  for (const { severity, message, row } of rows) {
    if (severity === 'information') continue;
    if (severity === 'warning') warnings += 1;
    else errors += 1;
    const candidates = row === undefined ? [] : keysIn(row, keysOf).filter((key) => positions.has(key));
    const [key, ...others] = candidates;
    if (key !== undefined && others.length === 0) {
      const index = positions.get(key) as number;
      if (matched.length < mostProblems) matched.push({ key, index, severity, message });
      continue;
    }
    const known = unmatched.get(`${severity} ${message}`);
    if (known === undefined && unmatched.size >= mostProblems) continue;
    const first = row === undefined ? {} : { row: row.slice(0, longestRow) };
    const problem = known ?? { severity, message, count: 0, ...first };
    unmatched.set(`${severity} ${message}`, { ...problem, count: problem.count + 1 });
  }
  return { warnings, errors, matched, unmatched: [...unmatched.values()] };
}

function keysIn(row: string, keysOf: KeysOfRow): readonly string[] {
  const item = parsed(row);
  return isObject(item) ? keysOf(item) : [];
}
