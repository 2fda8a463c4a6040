/**
 * Elements of a list inside a record: by which fields two of them are the same.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ListDefinition } from '../contract/index.ts';
import { isComplete, keyText } from './identity.ts';
import { isRecord, pointerTo } from './records.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** Identity of an element as text: by the first of its keys that is complete; undefined where none is. */
export function elementKey(element: ItemRecord, list: ListDefinition): string | undefined {
  for (const names of [list.key ?? [], ...(list.otherKeys ?? [])]) {
    const text = names.length === 0 ? undefined : keyText(element, names);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The key of an element that may leave out parts of it, such as a price rule without a manufacturer. */
function partialKey(element: ItemRecord, list: ListDefinition): string | undefined {
  const given = (list.key ?? []).filter((name) => isComplete(element, [name]));
  return given.length === 0 ? undefined : keyText(element, given);
}

/**
 * A list in which no element stands twice: equal ones are joined, which changes nothing. Two that differ
 * are an error, because Connect does not say which of them wins.
 */
export function uniqueElements(
  elements: readonly unknown[],
  list: ListDefinition,
  pointer: string,
  errors: ItemError[],
): readonly unknown[] {
  if (elements.length < 2 || list.key === undefined) return elements;
  const seen = new Map<string, unknown>();
  const repeated = new Set<number>();
  for (const [position, element] of elements.entries()) {
    const key = isRecord(element) ? (elementKey(element, list) ?? partialKey(element, list)) : undefined;
    if (key === undefined) continue;
    if (!seen.has(key)) seen.set(key, element);
    else if (isDeepStrictEqual(seen.get(key), element)) repeated.add(position);
    else {
      errors.push({
        path: pointerTo(pointer, position),
        code: 'DUPLICATE_KEY',
        message: `Two different elements of this list have the key ${key}.`,
      });
    }
  }
  return repeated.size === 0 ? elements : elements.filter((_, position) => !repeated.has(position));
}
