/**
 * The operations of Connect below its base address: nine imports and five job calls.
 */
import type { ImportName } from '../contract/index.ts';
import { importHeaderName, importNames, imports } from '../contract/index.ts';
import type { Answer } from './http.ts';
import { refuse } from './http.ts';
import { BodyRefused } from './import-body.ts';
import { HeaderRefused, readImportHeader } from './import-header.ts';
import type { Job } from './job.ts';
import type { JobBoard } from './job-board.ts';
import { viewJob, viewList, viewLog } from './job-views.ts';

/** A call as it reaches an operation: admitted, authorised, body read. */
export interface ConnectCall {
  readonly method: string;
  /** `/Service/Operation`. */
  readonly operation: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The job that this call starts is to end as failed. */
  readonly jobWillFail: boolean;
}

/** What an operation answers, with the job that an import started and the number of its items. */
export interface ConnectOutcome {
  readonly answer: Answer;
  readonly jobId?: number;
  readonly items?: number;
  /** The answer is not to go out before this. */
  readonly answerAfter?: Promise<void>;
}

const importsByPath = new Map<string, ImportName>(
  importNames.map((name) => [imports[name].path.toLowerCase(), name]),
);

const jobMethods: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/job/ping': 'GET',
  '/job/list': 'GET',
  '/job/get': 'GET',
  '/job/getlog': 'GET',
  '/job/restart': 'POST',
};

/** Answers one call. */
export function serveConnect(call: ConnectCall, board: JobBoard): ConnectOutcome {
  const path = call.operation.toLowerCase();
  const importName = importsByPath.get(path);
  const method = importName === undefined ? jobMethods[path] : 'POST';
  if (method === undefined) return { answer: refuse(404, 'There is no such operation.') };
  if (call.method !== method) return { answer: refuse(405, `Use ${method}.`, { allow: method }) };
  return importName === undefined ? serveJob(path, call, board) : serveImport(importName, call, board);
}

function serveImport(importName: ImportName, call: ConnectCall, board: JobBoard): ConnectOutcome {
  const text = call.headers[importHeaderName.toLowerCase()];
  try {
    const header = readImportHeader(imports[importName].header, Array.isArray(text) ? text[0] : text);
    const payload = { importName, header, body: call.body };
    const { job, validation, answerAfter } = board.submit(payload, call.jobWillFail);
    const body = { ...accepted(job, 'Job created'), ValidationSummary: validation };
    return { answer: { status: 200, body }, jobId: job.id, items: validation.NrOfItemsInTotal, answerAfter };
  } catch (error) {
    if (error instanceof HeaderRefused || error instanceof BodyRefused) {
      return { answer: refuse(400, error.message) };
    }
    throw error;
  }
}

function serveJob(path: string, call: ConnectCall, board: JobBoard): ConnectOutcome {
  if (path === '/job/ping') return { answer: { status: 200, body: 'OK' } };
  if (path === '/job/list') return { answer: { status: 200, body: viewList(board.jobs, board.readings) } };
  const id = Number(call.query.get('id') ?? Number.NaN);
  if (!Number.isInteger(id)) return { answer: refuse(400, 'The query needs an id.') };
  const job = board.find(id);
  if (job === undefined) return { answer: refuse(404, `There is no job ${id}.`) };
  if (path === '/job/get') return { answer: { status: 200, body: viewJob(job, board.readings) } };
  if (path === '/job/getlog') return { answer: { status: 200, body: viewLog(job, board.readings) } };
  const restarted = board.restart(job);
  if ('refusal' in restarted) return { answer: refuse(400, restarted.refusal) };
  const body = { ...accepted(restarted.job, 'Job restarted'), ValidationSummary: null };
  return { answer: { status: 200, body }, answerAfter: restarted.answerAfter };
}

function accepted(job: Job, description: string): Readonly<Record<string, unknown>> {
  return { StatusCode: 'OK', Description: description, JobId: String(job.id) };
}
