/**
 * Splits the body of an import into its items: a JSON array, or objects one after another.
 */

/** A body that Connect answers with 400; the message says why. */
export class BodyRefused extends Error {}

/**
 * @param text the decoded body.
 * @throws {BodyRefused} when it is neither a JSON array nor a row of JSON objects.
 */
export function readItems(text: string): readonly unknown[] {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (body.trimStart().startsWith('{')) return readRow(body);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BodyRefused('The body is not JSON.');
  }
  if (!Array.isArray(value)) throw new BodyRefused('The body is no JSON array.');
  return value;
}

/** The official .NET helper writes objects without brackets and commas around them. */
function readRow(text: string): readonly unknown[] {
  const items: unknown[] = [];
  let depth = 0;
  let start = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) {
      items.push(parseObject(text.slice(start, at + 1)));
      start = at + 1;
    }
  }
  if (text.slice(start).trim() !== '') throw new BodyRefused('The body is cut off.');
  return items;
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BodyRefused('The body is not JSON.');
  }
}
