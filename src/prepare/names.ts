/**
 * Gives the properties of an item and its nested records the exact names of the contract.
 */
import type { RecordOutline } from '../contract/outline.ts';
import { nearestName } from './nearest-name.ts';
import { isPlain, isRecord, pointerTo } from './records.ts';
import type { ItemError, ItemRecord, UnknownProperties } from './types.ts';

/** Most unknown properties that are told of one item: each costs a search for the name that was meant. */
const mostErrors = 20;

/** Names that could reach into an object's prototype, or change what is sent, wherever the item is read again. */
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype', 'toJSON']);

function unknownProperty(name: string, pointer: string, outline: RecordOutline): ItemError {
  const path = pointerTo(pointer, name);
  if (forbiddenNames.has(name)) {
    return { path, code: 'FORBIDDEN_PROPERTY', message: `A property named ${name} is never sent.` };
  }
  const nearest = nearestName(name, [...outline.fields.keys()]);
  return {
    path,
    code: 'UNKNOWN_PROPERTY',
    message: `${outline.entity} has no property ${name}.${nearest === undefined ? '' : ` Is ${nearest} meant?`}`,
  };
}

function withExactNames(
  given: ItemRecord,
  outline: RecordOutline,
  pointer: string,
  policy: UnknownProperties,
  errors: ItemError[],
): ItemRecord {
  // What a class passes on to its objects, or hides in them, is not sent, so it must not count as given either.
  let record = isPlain(given) ? given : { ...given };
  const replace = (name: string, exact?: string): void => {
    const value = given[name];
    if (record === given) record = { ...given };
    delete record[name];
    if (exact !== undefined) record[exact] = value;
  };
  let hasUnknown = false;
  for (const name of Object.keys(given)) {
    if (given[name] === undefined) {
      replace(name);
      continue;
    }
    if (outline.fields.has(name)) continue;
    const exact = outline.names.get(name.trim().toLowerCase());
    if (exact === undefined) {
      hasUnknown = true;
      const isRefused = policy === 'reject' || forbiddenNames.has(name);
      if (isRefused && errors.length < mostErrors) errors.push(unknownProperty(name, pointer, outline));
      if (isRefused || policy === 'remove') replace(name);
    } else if (Object.hasOwn(record, exact) && record[exact] !== undefined) {
      errors.push({
        path: pointerTo(pointer, name),
        code: 'DUPLICATE_PROPERTY',
        message: `${exact} is given more than once, in different spellings.`,
      });
    } else {
      replace(name, exact);
    }
  }
  if (policy === 'remove' && pointer !== '' && hasUnknown && Object.keys(record).length === 0) {
    errors.push({
      path: pointer,
      code: 'UNKNOWN_PROPERTY',
      message: `${outline.entity} has none of these properties. Without them an empty record would be sent, which empties the field.`,
    });
  }
  return record;
}

function elements(
  list: readonly unknown[],
  outline: RecordOutline,
  pointer: string,
  policy: UnknownProperties,
  errors: ItemError[],
): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let position = 0; position < list.length; position++) {
    const element = list[position];
    if (!isRecord(element)) continue;
    const named = exactNames(element, outline, pointerTo(pointer, position), policy, errors);
    if (named === element) continue;
    copy ??= [...list];
    copy[position] = named;
  }
  return copy ?? list;
}

/**
 * An item, or a record in it, under the exact names; the given object itself where nothing had to change.
 * Properties that hold undefined count as left out. What is wrong is added to `errors`.
 */
export function exactNames(
  given: ItemRecord,
  outline: RecordOutline,
  pointer: string,
  policy: UnknownProperties,
  errors: ItemError[],
): ItemRecord {
  if (typeof given.toJSON === 'function') {
    errors.push({
      path: pointer,
      code: 'FORBIDDEN_PROPERTY',
      message: 'An object that writes its own JSON would not be sent as it was checked.',
    });
    return given;
  }
  if (!isPlain(given) && !Object.keys(given).some((name) => outline.names.has(name.trim().toLowerCase()))) {
    errors.push({
      path: pointer,
      code: 'WRONG_TYPE',
      message: 'This object keeps what it holds to itself, so that an empty one would be sent.',
    });
    return given;
  }
  let record = withExactNames(given, outline, pointer, policy, errors);
  for (const field of outline.holders) {
    const value = record[field.name];
    const below = pointerTo(pointer, field.name);
    let named: unknown = value;
    if (Array.isArray(value)) named = elements(value, field.child, below, policy, errors);
    else if (isRecord(value)) named = exactNames(value, field.child, below, policy, errors);
    if (named === value) continue;
    if (record === given) record = { ...given };
    record[field.name] = named;
  }
  return record;
}
