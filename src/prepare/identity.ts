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

/** Unique text of key values; undefined where one is missing. */
export function keyText(record: ItemRecord, names: readonly string[]): string | undefined {
  const parts: string[] = [];
  for (const name of names) {
    const values = keyValues(record, name);
    if (values.length === 0) return undefined;
    parts.push(values.length === 1 ? String(values[0]) : values.map(String).sort().join('\u0000'));
  }
  return `${names.join('+')}=${JSON.stringify(parts)}`;
}

/** What has to be escaped in JSON, and what might. */
const unplain = /[^\u0020-\u0021\u0023-\u005b\u005d-\ud7ff]/;

/** What stands before, between and after the values of a key, and room for these. */
interface Frame {
  readonly parts: string[];
  /** A getter inside an item may ask for the key of another one. */
  isInUse: boolean;
}

const frames = new WeakMap<readonly string[], Frame>();

function frameOf(names: readonly string[]): Frame {
  let frame = frames.get(names);
  if (frame === undefined) {
    const parts = [`${names.join('+')}=["`, ...names.slice(1).flatMap(() => ['', '","']), '', '"]'];
    frame = { parts, isInUse: false };
    frames.set(names, frame);
  }
  return frame;
}

/**
 * The same as {@link keyText} for lists of names that live as long as a preparation. Most keys are plain texts or
 * numbers: of those nothing is made but the text, for this runs for every item.
 */
function textOf(record: ItemRecord, names: readonly string[]): string | undefined {
  const frame = frameOf(names);
  if (frame.isInUse) return keyText(record, names);
  frame.isInUse = true;
  try {
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      const value = name.includes('.') ? undefined : record[name];
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string' || text === '' || unplain.test(text)) return keyText(record, names);
      frame.parts[index * 2 + 1] = text;
    }
    return frame.parts.join('');
  } finally {
    frame.isInUse = false;
  }
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
    const text = textOf(item, names);
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
  return cutBy.length === 0 ? '' : (textOf(item, cutBy) ?? '').toLowerCase();
}
