/**
 * Carries out groups of calls, each group in one transaction, and knows what to do when the file fails.
 */
import type { ConnectError } from '../../errors.ts';
import type { Database } from './driver.ts';
import { callError, type Fault, fileFault, openingFault } from './faults.ts';
import type { Answer, CallMessage } from './messages.ts';
import { type OpenOptions, openDatabase } from './open.ts';
import { operations } from './operations/index.ts';
import { rollBack } from './schema.ts';

/** After how many milliseconds a file that could not be opened is tried again. */
const retryDelay = 5_000;

function refused(id: number, { code, message, retryable, details }: ConnectError): Answer {
  return { id, error: { code, message, retryable, ...(details && { details }) } };
}

function perform(database: Database, call: CallMessage): unknown {
  if (call.operation === 'ready') return undefined;
  // The client's types have paired the name with its arguments.
  const operation = operations[call.operation] as (
    database: Database,
    ...rest: readonly unknown[]
  ) => unknown;
  return operation(database, ...call.arguments);
}

/** The file, open or about to be. */
export class Engine {
  readonly #options: OpenOptions;
  #database: Database | undefined;
  /** Why there is no database; undefined where opening has not been tried since the last one. */
  #fault: Fault | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: OpenOptions) {
    this.#options = options;
  }

  /** Opens the file, unless it is open; a failure shows in the answers to come, and is mended in the background. */
  open(): void {
    if (this.#database !== undefined || this.#isClosed || this.#fault?.remedy === 'stop') return;
    clearTimeout(this.#retry);
    try {
      this.#database = openDatabase(this.#options);
      this.#fault = undefined;
    } catch (error) {
      this.#fault = openingFault(this.#options.file, error);
      if (this.#fault.remedy !== 'stop') this.#retry = setTimeout(() => this.open(), retryDelay);
    }
  }

  /** Carries out calls in their order. The answers are true once this returns: what they say is on disk. */
  perform(calls: readonly CallMessage[]): readonly Answer[] {
    if (this.#fault === undefined) this.open();
    if (this.#database === undefined) return this.#refuse(calls);
    try {
      return this.#inTransaction(this.#database, calls);
    } catch (error) {
      rollBack(this.#database);
      return this.#afterFault(calls, error);
    }
  }

  /** Lets go of the file. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#letGo();
  }

  #refuse(calls: readonly CallMessage[]): readonly Answer[] {
    const error = (this.#fault ?? openingFault(this.#options.file, undefined)).error;
    return calls.map(({ id }) => refused(id, error));
  }

  #inTransaction(database: Database, calls: readonly CallMessage[]): readonly Answer[] {
    database.exec('BEGIN IMMEDIATE');
    const answers = calls.map((call) => this.#inSavepoint(database, call));
    database.exec('COMMIT');
    return answers;
  }

  /** @throws what the file as a whole suffers from */
  #inSavepoint(database: Database, call: CallMessage): Answer {
    database.exec('SAVEPOINT call');
    try {
      const result = perform(database, call);
      database.exec('RELEASE call');
      return { id: call.id, result };
    } catch (error) {
      if (fileFault(this.#options.file, error) !== undefined) throw error;
      database.exec('ROLLBACK TO call; RELEASE call');
      return refused(call.id, callError(this.#options.file, error));
    }
  }

  #afterFault(calls: readonly CallMessage[], thrown: unknown): readonly Answer[] {
    const fault = openingFault(this.#options.file, thrown);
    if (fault.remedy !== 'go on') this.#letGo();
    if (fault.remedy === 'stop') this.#fault = fault;
    return calls.map(({ id }) => refused(id, fault.error));
  }

  #letGo(): void {
    const database = this.#database;
    this.#database = undefined;
    try {
      database?.close();
    } catch {
      // What closing would have written is in the log, and is read from there when the file is opened again.
    }
  }
}
