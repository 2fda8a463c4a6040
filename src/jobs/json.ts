/**
 * Reads Connect's JSON as a .NET client would: names without regard to letter case, numbers as numbers or as text.
 */

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a text; undefined where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A property under the first of some names that the object has, in any letter case. */
export function property(object: Json, ...names: readonly string[]): unknown {
  const lower = new Map(Object.keys(object).map((key) => [key.toLowerCase(), key]));
  for (const name of names) {
    const key = lower.get(name.toLowerCase());
    if (key !== undefined) return object[key];
  }
  return undefined;
}

/** The id of a job, as digits; undefined for anything else. Connect gives it as a number here and as text there. */
export function jobIdOf(value: unknown): string | undefined {
  // A larger number has lost digits while it was read: it would name another job.
  const text = Number.isSafeInteger(value) ? String(value) : typeof value === 'string' ? value.trim() : '';
  return /^[1-9]\d{0,18}$/.test(text) ? text : undefined;
}

/** A finite number, given as such or as text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
