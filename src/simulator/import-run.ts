/**
 * The work of a job: its payload is read again and written into the catalogue, item by item.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { imports } from '../contract/index.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { Importer, ImportRequest } from './catalogue/import-request.ts';
import { ItemRefused } from './catalogue/import-request.ts';
import { readItems } from './import-body.ts';
import type { Job, JobPayload } from './job.ts';
import type { OutcomeRules } from './outcomes.ts';
import type { Readings } from './readings.ts';
import type { PlainRecord } from './shapes.ts';
import { readRecord } from './shapes.ts';

/** What the work needs besides the job. */
export interface ImportSurroundings {
  readonly catalogue: Catalogue;
  readonly readings: Readings;
  readonly outcomes: OutcomeRules;
  /** Puts the items in the order in which they are written. */
  readonly arrange: (items: readonly PlainRecord[]) => readonly PlainRecord[];
  /** False once the job was cut off. */
  readonly isCurrent: () => boolean;
}

/** The items of a payload. */
export interface ValidatedItems {
  readonly items: readonly PlainRecord[];
  /** With the invalid ones as far as they could be read: they too are in the file. */
  readonly all: readonly PlainRecord[];
  readonly failures: readonly { readonly item: unknown; readonly message: string }[];
}

const itemsPerTurn = 500;

/**
 * Reads the items of a payload.
 * @throws {BodyRefused} when the body does not split into items.
 */
export function validate(payload: JobPayload): ValidatedItems {
  const entity = imports[payload.importName].entity;
  const items: PlainRecord[] = [];
  const all: PlainRecord[] = [];
  const failures: { item: unknown; message: string }[] = [];
  for (const [index, json] of readItems(payload.body.toString('utf8')).entries()) {
    const problems: string[] = [];
    const item = readRecord(entity, json, `[${index}]`, problems);
    all.push(item);
    if (problems.length === 0) items.push(item);
    else failures.push({ item: json, message: problems.join(' ') });
  }
  return { items, all, failures };
}

/** Writes the items of a job; its log says what became of them. */
export async function runImport(
  job: Job,
  payload: JobPayload,
  { items, all }: ValidatedItems,
  surroundings: ImportSurroundings,
): Promise<void> {
  const { catalogue, readings, arrange, isCurrent } = surroundings;
  const { accountId, fullFile, supplierId, lists } = payload.header;
  const request: ImportRequest = { author: accountId, fullFile, supplierId, readings, lists };
  const importer = catalogue.importer(payload.importName, request, job);
  importer.begin?.(all);
  const order = arrange(items);
  for (let at = 0; at < order.length; at += itemsPerTurn) {
    if (at > 0) await nextTurn();
    if (!isCurrent()) return;
    for (const item of order.slice(at, at + itemsPerTurn)) {
      writeByRules(job, payload, item, importer, request, surroundings);
    }
  }
  importer.finish?.(all);
}

/** Writes an item, unless a rule forbids it or a part of it. */
function writeByRules(
  job: Job,
  payload: JobPayload,
  item: PlainRecord,
  importer: Importer,
  request: ImportRequest,
  { catalogue, outcomes }: ImportSurroundings,
): void {
  const rule = outcomes.takeItem(payload.importName, item);
  if (rule?.severity === 'error') {
    job.fail(rule.message, item);
    return;
  }
  if (rule === undefined) {
    writeItem(importer, job, item);
    return;
  }
  job.warn(rule.message, item);
  const narrowed = { ...request, lists: withoutValues(payload.header.lists, rule.leaveOut ?? []) };
  writeItem(catalogue.importer(payload.importName, narrowed, job), job, item);
}

function withoutValues(
  lists: ReadonlyMap<string, ReadonlySet<string>>,
  names: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const gone = new Set(names.flatMap((name) => [name, `${name}CreateOnly`, `${name}LimitedUpdate`]));
  return new Map(
    [...lists].map(([list, values]) => [list, new Set([...values].filter((value) => !gone.has(value)))]),
  );
}

function writeItem(importer: Importer, job: Job, item: PlainRecord): void {
  try {
    importer.write(item);
  } catch (error) {
    if (!(error instanceof ItemRefused)) throw error;
    job.fail(error.message, item);
  }
}
