/**
 * Short forms for writing down the values of header lists, with their types kept literal.
 */
import type { ListValue } from '../model.ts';

/** Writes the body fields given, or the one of the same name. */
export function field(number: number, name: string, ...fields: string[]): ListValue {
  return { number, name, kind: 'field', fields: fields.length > 0 ? fields : [name] };
}

/** Writes the body field only when the import creates the record. */
export function createOnly(number: number, name: string, governed: string): ListValue {
  return { number, name, kind: 'createOnly', fields: [governed] };
}

/** Writes the body field unless a person or another account changed it. */
export function limitedUpdate(number: number, name: string, governed: string): ListValue {
  return { number, name, kind: 'limitedUpdate', fields: [governed] };
}

/** Switches behaviour; governs no body field. */
export function modifier(
  number: number,
  name: string,
  effect: { readonly cleans?: string; readonly clearsFirst?: true } = {},
): ListValue {
  return { number, name, kind: 'modifier', fields: [], ...effect };
}

/** A value that Norce has withdrawn; it is still accepted. */
export function deprecated(value: ListValue): ListValue {
  return { ...value, deprecated: true };
}
