/**
 * What a writer of the catalogue must know about the import it works for.
 */

import type { Readings } from '../readings.ts';

/** A header list that governs the fields of some record. */
export type ListName = `${string}FieldsThatAreSet` | 'FieldsThatAreSet';

/** Who changed a value: a system account, or a person in the admin pages. */
export type Author = number | 'hand';

/** How a field of a record is to be written. */
export type FieldMode = 'write' | 'createOnly' | 'limitedUpdate' | 'off';

/** The settings under which items are written. */
export interface ImportRequest {
  readonly author: Author;
  readonly fullFile: boolean;
  readonly supplierId: number | null;
  readonly readings: Readings;
  /** Field lists by name; null writes exactly the fields that are carried, as a person does. */
  readonly lists: ReadonlyMap<string, ReadonlySet<string>> | null;
}

/** Where writers report what they did, row by row. */
export interface ImportReport {
  /** Part of the item was left out. */
  warn(message: string, item: unknown): void;
  /** Nothing of the item was imported. */
  fail(message: string, item: unknown): void;
  /** A row was created, of the item or of a record below it. */
  inserted(): void;
  /** A row was changed. */
  updated(): void;
}

/** An item that cannot be imported; the message says why. */
export class ItemRefused extends Error {}

/** Writes the items of one job. */
export interface Importer {
  /** What happens before the first item. */
  begin?(items: readonly Record<string, unknown>[]): void;
  /** @throws {ItemRefused} when the item fails; nothing of it is then written. */
  write(item: Record<string, unknown>): void;
  /** What happens after the last item: the reach of FullFile. */
  finish?(items: readonly Record<string, unknown>[]): void;
}

/** Whether a list of the request holds a value. */
export function lists(request: ImportRequest, list: ListName, value: string): boolean {
  return request.lists?.get(list)?.has(value) ?? false;
}

/** How the request treats the field that `value` of `list` stands for. */
export function fieldMode(request: ImportRequest, list: ListName, value: string): FieldMode {
  if (request.lists === null || lists(request, list, value)) return 'write';
  if (lists(request, list, `${value}CreateOnly`)) return 'createOnly';
  return lists(request, list, `${value}LimitedUpdate`) ? 'limitedUpdate' : 'off';
}
