/**
 * Checks an inspected item against the compiled schemas and says in plain words what is wrong.
 */
import * as compiled from '../contract/generated/validators.ts';
import type { ImportName } from '../contract/index.ts';
import { valueAt } from './records.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** An error as ajv reports it, as far as it is read here. */
interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Validator {
  (item: unknown): boolean;
  readonly errors?: readonly SchemaError[] | null;
}

const validators = compiled as unknown as Readonly<Record<string, Validator>>;

/** Most errors that are reported for one item: enough to see the pattern. */
const mostErrors = 20;

/** Most characters of a value that an error shows. */
const mostCharacters = 60;

/** A value as people recognise it, cut short. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'an invalid date';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return `the text ${JSON.stringify(value.length > mostCharacters ? `${value.slice(0, mostCharacters)}…` : value)}`;
    case 'bigint':
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function typeError(path: string, value: unknown, type: unknown): ItemError {
  const wanted = (Array.isArray(type) ? type : [type]).filter((name) => name !== 'null');
  if (value === null) {
    return {
      path,
      code: 'NULL_NOT_ALLOWED',
      message: wanted.includes('array')
        ? 'A list cannot be null: leave it out, or send [] for an empty one.'
        : 'This field cannot be empty: leave it out to keep what Norce has.',
    };
  }
  const names = wanted.map((name) => typeNames[String(name)] ?? String(name)).join(' or ');
  return { path, code: 'WRONG_TYPE', message: `${names} is needed here, not ${shown(value)}.` };
}

function itemError(error: SchemaError, item: ItemRecord): ItemError | undefined {
  const { instancePath: path, params } = error;
  const value = valueAt(item, path);
  switch (error.keyword) {
    case 'type':
      // Half of "null or a record": the other half says what is wrong with the record.
      return params.type === 'null' ? undefined : typeError(path, value, params.type);
    case 'required':
      return {
        path: `${path}/${String(params.missingProperty)}`,
        code: 'REQUIRED',
        message: `${String(params.missingProperty)} is missing.`,
      };
    case 'maxLength':
      return {
        path,
        code: 'TOO_LONG',
        message: `At most ${String(params.limit)} characters fit; this text has ${String((value as string).length)}.`,
      };
    case 'enum':
      return {
        path,
        code: 'NOT_IN_LIST',
        message: `${shown(value)} is none of the values: ${(params.allowedValues as unknown[]).filter((allowed) => allowed !== null).join(', ')}.`,
      };
    case 'format':
      return params.format === 'norce-date'
        ? { path, code: 'DATE_INVALID', message: `${shown(value)} is no date such as 2026-01-31T08:00:00.` }
        : { path, code: 'GUID_INVALID', message: `${shown(value)} is no GUID.` };
    case 'minimum':
    case 'maximum':
      return { path, code: 'OUT_OF_RANGE', message: `${shown(value)} is beyond what Connect can hold.` };
    default:
      return undefined;
  }
}

/** What is wrong with an item by the schema of its import; empty when it is right. */
export function schemaErrors(item: ItemRecord, name: ImportName): ItemError[] {
  const validate = validators[name.replaceAll('-', '_')] as Validator;
  if (validate(item)) return [];
  const errors = (validate.errors ?? []).flatMap((error) => itemError(error, item) ?? []);
  return errors.slice(0, mostErrors);
}
