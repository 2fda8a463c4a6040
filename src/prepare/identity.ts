/**
 * By what Connect knows a record: identity keys and their values as text.
 */
import type { ItemRecord } from './types.ts';

/** What an item is known by. Every text is unique within an import. */
export interface Identity {
  /** The first alternative that is complete, such as `Code`, with its values. */
  readonly key: string;
  /** Further alternatives that are complete: under each of them another item may mean the same record. */
  readonly aliases: readonly string[];
}

const noAliases: readonly string[] = Object.freeze([]);

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Values at a path such as `Variants[].Skus[].PartNo`; an empty array where anything on the way is missing. */
function valuesAt(record: ItemRecord, path: string): unknown[] {
  if (!path.includes('.')) return isGiven(record[path]) ? [record[path]] : [];
  const [name, ...rest] = path.split('.');
  const isList = name?.endsWith('[]') ?? false;
  const value = record[isList ? (name as string).slice(0, -2) : (name as string)];
  const elements = isList ? value : [value];
  if (!Array.isArray(elements)) return [];
  const found = elements.map((element: unknown) =>
    typeof element === 'object' && element !== null ? valuesAt(element as ItemRecord, rest.join('.')) : [],
  );
  return found.some((values) => values.length === 0) ? [] : found.flat();
}

/** A .NET number that is part of a key reads as its default when it is left out. */
export const defaultKeyValues: Readonly<Record<string, number>> = { QuantityBreak: 0, QtyBreak: 1 };

function keyValues(record: ItemRecord, path: string): unknown[] {
  const values = valuesAt(record, path);
  const fallback = defaultKeyValues[path];
  return values.length === 0 && fallback !== undefined ? [fallback] : values;
}

/** Whether a record carries every field of an alternative of its identity. */
export function isComplete(record: ItemRecord, names: readonly string[]): boolean {
  return names.every((name) => keyValues(record, name).length > 0);
}

const prefixes = new WeakMap<readonly string[], string>();

/** What stands before the values in the text of a key, for lists of names that live as long as a preparation. */
function prefixOf(names: readonly string[]): string {
  let prefix = prefixes.get(names);
  if (prefix === undefined) {
    prefix = `${names.join('+')}=`;
    prefixes.set(names, prefix);
  }
  return prefix;
}

/** Unique text of key values; undefined where one is missing. */
export function keyText(record: ItemRecord, names: readonly string[]): string | undefined {
  return textOf(record, names, `${names.join('+')}=`);
}

function textOf(record: ItemRecord, names: readonly string[], prefix: string): string | undefined {
  // Of the right length from the beginning: this runs for every item, and a list that grows leaves others behind.
  const parts = new Array<string>(names.length).fill('');
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const own = name.includes('.') ? undefined : record[name];
    if (isGiven(own)) {
      parts[index] = String(own);
      continue;
    }
    const values = keyValues(record, name);
    if (values.length === 0) return undefined;
    parts[index] = values.length === 1 ? String(values[0]) : values.map(String).sort().join('\u0000');
  }
  return prefix + JSON.stringify(parts);
}

/**
 * The identity of an item; undefined where no alternative is complete.
 *
 * @param alternatives Fields by which Connect finds the record, the first that is complete counts; the same lists for
 *   all items.
 */
export function identify(
  item: ItemRecord,
  alternatives: readonly (readonly string[])[],
): Identity | undefined {
  let key: string | undefined;
  let aliases = noAliases;
  for (const names of alternatives) {
    const text = textOf(item, names, prefixOf(names));
    if (text === undefined) continue;
    if (key === undefined) key = text;
    else aliases = [...aliases, text];
  }
  return key === undefined ? undefined : { key, aliases };
}

/**
 * The scope of a full feed to which an item belongs, as text; empty where the feed is not cut. Codes that
 * differ in letter case only are one scope, because Connect may read them as one.
 *
 * @param cutBy Fields whose values bound a scope.
 */
export function scopeText(item: ItemRecord, cutBy: readonly string[]): string {
  return cutBy.length === 0 ? '' : (textOf(item, cutBy, prefixOf(cutBy)) ?? '').toLowerCase();
}
