/**
 * Reads items the way a .NET contract does: names without case, unknown properties dropped, wrong types refused.
 */
import type { EntityDefinition, EntityName, FieldDefinition } from '../contract/index.ts';
import { entities, enums } from '../contract/index.ts';

/** A record as Connect understood it, or as the catalogue holds it: contract names, nested plain values. */
export type PlainRecord = Record<string, unknown>;

const definitions: Readonly<Record<string, EntityDefinition>> = entities;
const enumerations: Readonly<Record<string, Readonly<Record<string, number>>>> = enums;
const nameTables = new Map<string, ReadonlyMap<string, string>>();

const datePattern = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const uuidPattern = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
const smallestInteger = -(2 ** 31);
const largestInteger = 2 ** 31 - 1;

/** The fields of an entity by name. */
export function fieldsOf(entity: EntityName): Readonly<Record<string, FieldDefinition>> {
  return definitions[entity]?.fields ?? {};
}

/** The value of a field that nobody ever wrote: 0 or false for a value type, else null or an empty list. */
export function emptyValue(field: FieldDefinition): unknown {
  if (field.type === 'records' || field.type === 'texts') return [];
  if (field.nullable !== false) return null;
  return field.type === 'boolean' ? false : 0;
}

/**
 * Reads one JSON value as a record of `entity`. Null stands for "left out", as in .NET.
 * @param problems takes one message per value that the contract cannot hold; the record is then worthless.
 */
export function readRecord(entity: EntityName, json: unknown, path: string, problems: string[]): PlainRecord {
  const record: PlainRecord = {};
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    problems.push(`${path}: expected an object.`);
    return record;
  }
  const fields = fieldsOf(entity);
  const names = namesOf(entity);
  for (const [given, value] of Object.entries(json)) {
    const name = names.get(given.toLowerCase());
    const field = name === undefined ? undefined : fields[name];
    if (name === undefined || field === undefined) continue;
    record[name] = value === null ? null : readValue(field, value, `${path}.${name}`, problems);
  }
  return record;
}

function namesOf(entity: EntityName): ReadonlyMap<string, string> {
  const known = nameTables.get(entity);
  if (known !== undefined) return known;
  const names = new Map(Object.keys(fieldsOf(entity)).map((name) => [name.toLowerCase(), name]));
  nameTables.set(entity, names);
  return names;
}

function readValue(field: FieldDefinition, value: unknown, path: string, problems: string[]): unknown {
  switch (field.type) {
    case 'text':
      return check(typeof value === 'string', value, 'text', path, problems);
    case 'boolean':
      return check(typeof value === 'boolean', value, 'true or false', path, problems);
    case 'decimal':
      return check(typeof value === 'number', value, 'a number', path, problems);
    case 'integer':
      return field.enum === undefined
        ? check(isInteger(value), value, 'a whole number of 32 bits', path, problems)
        : readEnumeration(field.enum, value, path, problems);
    case 'date':
      return check(isDate(value), value, 'an ISO 8601 date', path, problems);
    case 'uuid':
      return check(typeof value === 'string' && uuidPattern.test(value), value, 'a GUID', path, problems);
    case 'record':
      return readRecord(field.record as EntityName, value, path, problems);
    case 'records':
      return readList(value, path, problems, (element, at) =>
        readRecord(field.record as EntityName, element, at, problems),
      );
    case 'texts':
      return readList(value, path, problems, (element, at) =>
        check(typeof element === 'string', element, 'text', at, problems),
      );
  }
}

function readList(
  value: unknown,
  path: string,
  problems: string[],
  read: (element: unknown, path: string) => unknown,
): unknown {
  if (!Array.isArray(value)) {
    problems.push(`${path}: expected a list.`);
    return [];
  }
  return value.map((element, index) => read(element, `${path}[${index}]`));
}

function readEnumeration(name: string, value: unknown, path: string, problems: string[]): unknown {
  if (typeof value === 'string') {
    const numbers = enumerations[name] ?? {};
    const number = Object.hasOwn(numbers, value) ? numbers[value] : undefined;
    return check(number !== undefined, number, `a value of ${name}`, path, problems);
  }
  return check(isInteger(value), value, `a value of ${name}`, path, problems);
}

function isInteger(value: unknown): boolean {
  return (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= smallestInteger &&
    value <= largestInteger
  );
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && datePattern.test(value) && !Number.isNaN(Date.parse(value));
}

function check(fits: boolean, value: unknown, expected: string, path: string, problems: string[]): unknown {
  if (!fits) problems.push(`${path}: expected ${expected}.`);
  return value;
}
