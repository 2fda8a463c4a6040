/**
 * Reads the answer to an accepted import: the id of the job that Connect made of it.
 */
import { ConnectError } from '../errors.ts';

/** What Connect found when it first looked at the body. */
export interface ValidationSummary {
  /** Items that it counted; undefined where it did not say. */
  readonly items?: number;
  readonly failures?: number;
  readonly messages: readonly string[];
}

/** An accepted import. */
export interface JobResponse {
  /** Digits, as text: Connect gives the same number as text here and as a number elsewhere. */
  readonly jobId: string;
  readonly validation?: ValidationSummary;
}

type Json = Readonly<Record<string, unknown>>;

/** Most messages of a summary that are kept. */
const mostMessages = 100;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A property under its name in any letter case, as .NET reads and writes JSON. */
function property(object: Json, name: string): unknown {
  const found = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : object[found];
}

function jobIdOf(object: Json): string | undefined {
  const value = property(object, 'JobId');
  // A larger number has lost digits while it was read: it would name another job.
  const isExact = Number.isSafeInteger(value);
  const text = isExact ? String(value) : typeof value === 'string' ? value.trim() : '';
  return /^[1-9]\d{0,18}$/.test(text) ? text : undefined;
}

function summaryOf(object: Json): ValidationSummary | undefined {
  const summary = property(object, 'ValidationSummary');
  if (!isObject(summary)) return undefined;
  const items = property(summary, 'NrOfItemsInTotal');
  const failures = property(summary, 'NrOfValidationFailures');
  const messages = property(summary, 'Messages');
  return {
    ...(typeof items === 'number' ? { items } : {}),
    ...(typeof failures === 'number' ? { failures } : {}),
    messages: Array.isArray(messages) ? messages.slice(0, mostMessages).map(String) : [],
  };
}

/**
 * Reads an answer with a status of 200 to 299. The id stands at the top, or in `Header` with older
 * installations.
 *
 * @throws ConnectError `OUTCOME_UNKNOWN` when no job id can be read: Connect has probably taken the request.
 */
export function parseJobResponse(text: string): JobResponse {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (isObject(answer)) {
    const header = property(answer, 'Header');
    const status = property(answer, 'Status');
    const jobId = jobIdOf(answer) ?? (isObject(header) ? jobIdOf(header) : undefined);
    const validation = summaryOf(answer) ?? (isObject(status) ? summaryOf(status) : undefined);
    if (jobId !== undefined) return { jobId, ...(validation === undefined ? {} : { validation }) };
  }
  throw new ConnectError(
    'OUTCOME_UNKNOWN',
    'Connect answered with success, but not with the id of a job. The import has probably been taken: look at Job/List or the admin UI before sending it again.',
  );
}
