/**
 * Reads what the editor stores, which is mostly text, into typed values, with an exact error per property.
 */
import { ConnectError } from '../errors.ts';

/** The properties of a node as Node-RED hands them over: `${NAME}` already replaced. */
export type NodeProperties = Readonly<Record<string, unknown>>;

/** The error about a property that cannot be used. */
export function invalidProperty(name: string, message: string): ConnectError {
  return new ConnectError('CONFIG_INVALID', `${name}: ${message}`, { details: { property: name } });
}

/** Text without blanks around it; the fallback where nothing was given. */
export function textValue(properties: NodeProperties, name: string, fallback = ''): string {
  const value = properties[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'string' && typeof value !== 'number') throw invalidProperty(name, 'text is needed.');
  const text = String(value).trim();
  if (/^\$\{[^}]*\}$/.test(text)) throw invalidProperty(name, `the environment variable ${text} is not set.`);
  return text === '' ? fallback : text;
}

/** A whole number in bounds; undefined where nothing was given. */
export function integerValue(
  properties: NodeProperties,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const text = textValue(properties, name);
  if (text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < minimum || value > maximum) {
    throw invalidProperty(
      name,
      `a whole number from ${minimum} to ${maximum} is needed, not "${text.slice(0, 30)}".`,
    );
  }
  return value;
}

/** One of some words; the first where nothing was given. */
export function choiceValue<Choice extends string>(
  properties: NodeProperties,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = textValue(properties, name, choices[0]);
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw invalidProperty(name, `one of ${choices.join(', ')} is needed.`);
  return choice;
}

/** True or false; false where nothing was given. */
export function booleanValue(properties: NodeProperties, name: string): boolean {
  const value = properties[name] ?? false;
  if (typeof value !== 'boolean') throw invalidProperty(name, 'true or false is needed.');
  return value;
}

/** An object; an empty one where nothing was given. */
export function objectValue<Value extends object>(properties: NodeProperties, name: string): Value {
  const value = properties[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidProperty(name, 'an object is needed.');
  return value as Value;
}
