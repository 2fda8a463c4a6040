/**
 * What counts as a record, and how a place in one is written.
 */
import type { ItemRecord } from './types.ts';

/** Whether a value is an object that may be a record: no null, no list, no date. */
export function isRecord(value: unknown): value is ItemRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Whether a prototype is that of plain objects, of this realm or another one such as a vm context. */
function isPlainPrototype(prototype: object | null): boolean {
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/**
 * The names of an object's properties, where all that can be read from it is sent with it: nothing is inherited,
 * nothing hidden. Undefined for any other object.
 */
export function plainNames(record: ItemRecord): readonly string[] | undefined {
  if (!isPlainPrototype(Object.getPrototypeOf(record))) return undefined;
  const names = Object.getOwnPropertyNames(record);
  let count = 0;
  // Without a second list: this runs for every record. What a changed prototype adds comes after what is its own.
  for (const name in record) {
    if (name === names[count]) count += 1;
    else if (Object.hasOwn(record, name)) return undefined;
  }
  return count === names.length ? names : undefined;
}

/** Whether all that can be read from an object is sent with it. */
export function isPlain(record: ItemRecord): boolean {
  return plainNames(record) !== undefined;
}

/** Whether a value is a list that is sent as what it holds. */
export function isPlainList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

/** The records of a list; none where the value is no list. */
export function recordsIn(value: unknown): ItemRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A JSON pointer (RFC 6901) one step further. */
export function pointerTo(pointer: string, name: string | number): string {
  // Nearly no name needs the escapes, and this runs for every nested record.
  const isPlain = typeof name === 'number' || !/[~/]/.test(name);
  return `${pointer}/${isPlain ? name : name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The value at a JSON pointer; undefined where there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of pointer.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as ItemRecord)[token.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return found;
}
