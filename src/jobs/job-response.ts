/**
 * Reads the answer to an accepted import: the id of the job that Connect made of it.
 */
import { ConnectError } from '../errors.ts';
import { isObject, type Json, jobIdOf, parsed, property } from './json.ts';

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

/** Most messages of a summary that are kept. */
const mostMessages = 100;

function jobIdIn(object: Json): string | undefined {
  return jobIdOf(property(object, 'JobId'));
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

function responseIn(text: string): JobResponse | undefined {
  const answer = parsed(text);
  if (!isObject(answer)) return undefined;
  const header = property(answer, 'Header');
  const status = property(answer, 'Status');
  const jobId = jobIdIn(answer) ?? (isObject(header) ? jobIdIn(header) : undefined);
  const validation = summaryOf(answer) ?? (isObject(status) ? summaryOf(status) : undefined);
  return jobId === undefined ? undefined : { jobId, ...(validation === undefined ? {} : { validation }) };
}

/**
 * Reads an answer with a status of 200 to 299. The id stands at the top, or in `Header` with older
 * installations.
 *
 * @throws ConnectError `OUTCOME_UNKNOWN` when no job id can be read: Connect has probably taken the request.
 */
export function parseJobResponse(text: string): JobResponse {
  const response = responseIn(text);
  if (response !== undefined) return response;
  throw new ConnectError(
    'OUTCOME_UNKNOWN',
    'Connect answered with success, but not with the id of a job. The import has probably been taken: look at Job/List or the admin UI before sending it again.',
  );
}

/** Reads the answer to a restart; without an id in it the job goes on under its own. */
export function parseRestart(text: string, jobId: string): JobResponse {
  return responseIn(text) ?? { jobId };
}
