/**
 * One job of Connect: its counters, its log, its states.
 */
import type { ImportName } from '../contract/index.ts';
import type { ImportReport } from './catalogue/import-request.ts';
import type { ImportHeader } from './import-header.ts';

/** States of a job by the numbers that Job/Get shows. */
export const jobStatus = {
  initialized: 1,
  succeeded: 2,
  failed: 3,
  validationFailed: 4,
  validating: 5,
  queued: 6,
} as const;

/** Whether a status is the end of a job; every other number means that it runs. */
export function isEnd(status: number): boolean {
  return (
    status === jobStatus.succeeded || status === jobStatus.failed || status === jobStatus.validationFailed
  );
}

/** Severities of log rows. */
export const severity = { information: 1, warning: 2, error: 3 } as const;

/** A row of Job/GetLog. */
export interface JobLogRow {
  readonly SeverityId: number;
  readonly Message: string;
  readonly TimeStamp: string;
  readonly ImportedRow: string | null;
}

/** What a job keeps so that it can run, once or again. */
export interface JobPayload {
  readonly importName: ImportName;
  readonly header: ImportHeader;
  /** The body as it came. */
  readonly body: Buffer;
}

/** How a job writes its log. */
export interface JobLogOptions {
  /** Makes an item the text of ImportedRow: whole, cut or null. */
  readonly importedRow: (item: unknown) => string | null;
}

const millisecondsPerDay = 86_400_000;

/** A job; as long as it has a payload it may be restarted. */
export class Job implements ImportReport {
  readonly id: number;
  /** Null for a job that another system of the customer started. */
  readonly importName: ImportName | null;
  /** Null once it is discarded, and for foreign jobs. */
  payload: JobPayload | null;
  status: number = jobStatus.initialized;
  totals = 0;
  inserts = 0;
  updates = 0;
  failures = 0;
  start = new Date();
  stop: Date | null = null;
  log: JobLogRow[] = [];
  /** Counts the runs under this id, the first one as 0. */
  run = 0;
  readonly #options: JobLogOptions;

  constructor(id: number, payload: JobPayload | null, options: JobLogOptions) {
    this.id = id;
    this.payload = payload;
    this.importName = payload?.importName ?? null;
    this.#options = options;
  }

  /** Whether another system of the customer started it. */
  get isForeign(): boolean {
    return this.importName === null;
  }

  get isFinished(): boolean {
    return this.stop !== null;
  }

  /** Sets everything back for another run. */
  rewind(): void {
    this.run += 1;
    this.status = jobStatus.initialized;
    this.totals = this.inserts = this.updates = this.failures = 0;
    this.start = new Date();
    this.stop = null;
    this.log = [];
  }

  /** Ends the job. */
  finish(status: number): void {
    this.note(severity.information, 'Import finished.');
    this.status = status;
    this.stop = new Date();
  }

  warn(message: string, item: unknown): void {
    this.note(severity.warning, message, item);
  }

  fail(message: string, item: unknown): void {
    this.failures += 1;
    this.note(severity.error, message, item);
  }

  inserted(): void {
    this.inserts += 1;
  }

  updated(): void {
    this.updates += 1;
  }

  /** Writes a log row. */
  note(severityId: number, message: string, item?: unknown): void {
    this.log.push({
      SeverityId: severityId,
      Message: message,
      TimeStamp: localTime(new Date()),
      ImportedRow: item === undefined ? null : this.#options.importedRow(item),
    });
  }

  /** The job as Job/Get and Job/List show it. */
  toJSON(): Readonly<Record<string, unknown>> {
    const now = new Date();
    const ended = this.stop ?? now;
    return {
      JobId: this.id,
      StatusId: this.status,
      StorageName: `${localTime(this.start).slice(0, 10).replaceAll('-', '/')}/${this.id}.json`,
      Totals: this.totals,
      Inserts: this.inserts,
      Updates: this.updates,
      Fail: this.failures,
      Start: localTime(this.start),
      Stop: this.stop === null ? null : localTime(this.stop),
      LastUpdated: localTime(ended),
      IsFinished: this.isFinished,
      RunTime: timeSpan(ended.getTime() - this.start.getTime()),
    };
  }
}

/** Norce's times carry no zone. */
function localTime(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, -1);
}

/** A duration as .NET writes it: [d.]hh:mm:ss.fffffff. */
function timeSpan(milliseconds: number): string {
  const days = Math.floor(milliseconds / millisecondsPerDay);
  const rest = new Date(milliseconds % millisecondsPerDay).toISOString().slice(11, -1);
  return `${days > 0 ? `${days}.` : ''}${rest}0000`;
}
