/**
 * What SQLite's and the file system's errors mean for the store.
 */
import { ConnectError } from '../../errors.ts';

/** What is to be done after a fault: go on, close and reopen with a check, or stop for good. */
export type Remedy = 'go on' | 'reopen' | 'stop';

/** A fault of the file as a whole, not of one call. */
export interface Fault {
  readonly error: ConnectError;
  readonly remedy: Remedy;
}

interface Meaning {
  readonly code: string;
  readonly retryable: boolean;
  readonly remedy: Remedy;
  /** Follows the file's name. */
  readonly text: string;
}

const failed: Meaning = {
  code: 'STORE_FAILED',
  retryable: true,
  remedy: 'reopen',
  text: 'could not be read or written. It is opened anew and checked before it is used again; look at the disk if this goes on',
};
const damaged: Meaning = {
  code: 'STORE_DAMAGED',
  retryable: false,
  remedy: 'stop',
  text: 'is damaged and is not used any more. Stop Node-RED, move the file and the one of the same name with -wal away, and put a backup in their place, or nothing to begin without it',
};
const locked: Meaning = {
  code: 'STORE_LOCKED',
  retryable: true,
  remedy: 'reopen',
  text: 'is in use by another process, most likely a second Node-RED with the same user directory. Stop that one; the file is tried again every 5 seconds',
};
const readOnly: Meaning = {
  code: 'STORE_READ_ONLY',
  retryable: false,
  remedy: 'reopen',
  text: 'cannot be written. Give the user that runs Node-RED the right to read and write it and its folder; the file is tried again every 5 seconds',
};
const full: Meaning = {
  code: 'STORE_FULL',
  retryable: true,
  remedy: 'go on',
  text: 'has no room on its disk. Free some; nothing is lost, and work goes on by itself',
};
const newer: Meaning = {
  code: 'STORE_NEWER',
  retryable: false,
  remedy: 'stop',
  text: 'was written by a newer version of this package. Install that version again; the file is left as it is',
};

/** Primary result codes of SQLite (sqlite3.h) that concern the file as a whole. */
const meanings: ReadonlyMap<number, Meaning> = new Map([
  [3, readOnly],
  [5, locked],
  [6, locked],
  [7, failed],
  [8, readOnly],
  [10, failed],
  [11, damaged],
  [13, full],
  [14, failed],
  [15, failed],
  [22, failed],
  [26, damaged],
]);

const systemMeanings: ReadonlyMap<string, Meaning> = new Map([
  ['EACCES', readOnly],
  ['EPERM', readOnly],
  ['EROFS', readOnly],
  ['ENOSPC', full],
  ['EDQUOT', full],
]);

function faultOf(file: string, meaning: Meaning, cause: unknown, particulars?: string): Fault {
  const said = particulars ?? (cause instanceof Error ? cause.message : undefined);
  const message = `The store ${file} ${meaning.text}.${said === undefined ? '' : ` (${said})`}`;
  const error = new ConnectError(meaning.code, message, {
    retryable: meaning.retryable,
    cause,
    details: { file },
  });
  return { error, remedy: meaning.remedy };
}

/** The primary result code of an error of `node:sqlite`. */
function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return;
  return thrown.errcode & 0xff;
}

/** The fault behind what SQLite threw; undefined when only the one statement was wrong. */
export function fileFault(file: string, thrown: unknown): Fault | undefined {
  const code = resultCode(thrown);
  const meaning = code === undefined ? undefined : meanings.get(code);
  return meaning && faultOf(file, meaning, thrown);
}

/** Thrown where the file is not what it should be; says what was found. */
export class UnfitFile extends Error {
  readonly kind: 'damaged' | 'newer';

  constructor(kind: 'damaged' | 'newer', particulars: string) {
    super(particulars);
    this.name = 'UnfitFile';
    this.kind = kind;
  }
}

/** The fault behind whatever was thrown while the file was opened, made or closed. */
export function openingFault(file: string, thrown: unknown): Fault {
  if (thrown instanceof UnfitFile) return faultOf(file, thrown.kind === 'newer' ? newer : damaged, thrown);
  const ofFile = fileFault(file, thrown);
  if (ofFile !== undefined) return ofFile;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return faultOf(file, systemMeanings.get(code) ?? failed, thrown);
}

/** A call that could not be carried out for a reason of its own. */
export function callError(file: string, thrown: unknown): ConnectError {
  if (thrown instanceof ConnectError) return thrown;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new ConnectError('STORE_FAILED', `The store ${file} could not carry out a call: ${said}`, {
    cause: thrown,
    details: { file },
  });
}
