/**
 * Reads outcome rules that come from outside as JSON; what they cannot mean is refused.
 */
import type { ImportName } from '../contract/index.ts';
import { importNames } from '../contract/index.ts';
import type { ItemRule, JobRule, MatchedValue } from './outcomes.ts';

/** A JSON object as it comes from outside. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** A rule that cannot be; the message says why. */
export class RuleRefused extends Error {}

const itemProperties = ['import', 'match', 'severity', 'message', 'leaveOut', 'count'];
const jobProperties = ['import', 'status', 'message', 'states', 'endsAfter', 'neverEnds', 'count'];

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a rule for items.
 * @throws {RuleRefused}
 */
export function readItemRule(value: unknown): ItemRule {
  const rule = readObject(value, 'item', itemProperties);
  const { severity, message } = rule;
  if (severity !== 'error' && severity !== 'warning') throw new RuleRefused('severity is error or warning.');
  if (typeof message !== 'string') throw new RuleRefused('message is a text.');
  return {
    match: readMatch(rule.match),
    severity,
    message,
    ...readImport(rule),
    ...(rule.leaveOut === undefined ? {} : { leaveOut: readList('leaveOut', rule.leaveOut, isText) }),
    ...readCount(rule),
  };
}

/**
 * Reads a rule for jobs.
 * @throws {RuleRefused}
 */
export function readJobRule(value: unknown): JobRule {
  const rule = readObject(value, 'job', jobProperties);
  const { status, message, states, endsAfter, neverEnds } = rule;
  if (status !== undefined && status !== 3 && status !== 4) throw new RuleRefused('status is 3 or 4.');
  if (message !== undefined && !isText(message)) throw new RuleRefused('message is a text.');
  if (neverEnds !== undefined && typeof neverEnds !== 'boolean') {
    throw new RuleRefused('neverEnds is true or false.');
  }
  if (endsAfter !== undefined && !(isNumber(endsAfter) && endsAfter >= 0)) {
    throw new RuleRefused('endsAfter is a number of milliseconds.');
  }
  return {
    ...readImport(rule),
    ...(status === undefined ? {} : { status }),
    ...(message === undefined ? {} : { message }),
    ...(states === undefined ? {} : { states: readList('states', states, isNumber) }),
    ...(endsAfter === undefined ? {} : { endsAfter }),
    ...(neverEnds === undefined ? {} : { neverEnds }),
    ...readCount(rule),
  };
}

/**
 * Reads an object of texts.
 * @throws {RuleRefused}
 */
export function readTexts(name: string, value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) throw new RuleRefused(`${name} is an object.`);
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (!isText(text)) throw new RuleRefused(`${name}.${key} is a text.`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

function readObject(value: unknown, name: string, properties: readonly string[]): PlainObject {
  if (!isObject(value)) throw new RuleRefused(`${name} is an object.`);
  const unknown = Object.keys(value).find((key) => !properties.includes(key));
  if (unknown !== undefined) {
    throw new RuleRefused(`${name} has no ${unknown}; it has ${properties.join(', ')}.`);
  }
  return value;
}

function readMatch(value: unknown): Readonly<Record<string, MatchedValue>> {
  if (!isObject(value)) throw new RuleRefused('match is an object.');
  const entries = Object.entries(value).map(([name, wanted]): [string, MatchedValue] => {
    if (wanted === null || isText(wanted) || isNumber(wanted) || typeof wanted === 'boolean') {
      return [name, wanted];
    }
    throw new RuleRefused(`match.${name} is no plain value.`);
  });
  return Object.fromEntries(entries);
}

function readImport({ import: name }: PlainObject): { readonly import?: ImportName } {
  if (name === undefined) return {};
  const known = importNames.find((candidate) => candidate === name);
  if (known === undefined) throw new RuleRefused(`import is one of ${importNames.join(', ')}.`);
  return { import: known };
}

function readCount({ count }: PlainObject): { readonly count?: number } {
  if (count === undefined) return {};
  if (!isNumber(count) || !Number.isInteger(count) || count < 1) {
    throw new RuleRefused('count is a whole number above 0.');
  }
  return { count };
}

function readList<Element>(
  name: string,
  value: unknown,
  fits: (element: unknown) => element is Element,
): readonly Element[] {
  if (!Array.isArray(value) || !value.every(fits))
    throw new RuleRefused(`${name} is no list of such values.`);
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
