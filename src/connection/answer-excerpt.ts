/**
 * The part of an error answer that a person can use. Connect documents no error bodies, so everything is taken.
 */
import { scrub } from './secrets.ts';

const LONGEST_EXCERPT = 300;
const LONGEST_READ = 16_384;
// ASP.NET, RFC 9457, OAuth 2.0 and JobResponse, in the order of how much they say.
const TEXT_PROPERTIES = [
  'exceptionmessage',
  'message',
  'error_description',
  'detail',
  'description',
  'title',
  'error',
];
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
};

/** At most 300 characters of one line: the message of a JSON answer, the text of an HTML page, or the plain text. */
export function excerptOf(text: string, secrets: readonly string[]): string {
  // Cleaned before anything is cut, so that no half of a secret is left, and after everything is decoded.
  const cleaned = scrub(text, secrets);
  const plain = messageFromJson(cleaned) ?? textFromMarkup(cleaned.slice(0, LONGEST_READ));
  const line = scrub(plain, secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT - 1)}…` : line;
}

function messageFromJson(text: string): string | undefined {
  if (!/^\s*["{[]/.test(text)) return undefined;
  try {
    return messageIn(JSON.parse(text));
  } catch {
    // Not JSON after all: it is shown as text.
    return undefined;
  }
}

function messageIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(messageIn).find((message) => message !== undefined);
  if (typeof value !== 'object' || value === null) return undefined;
  const properties = new Map(Object.entries(value).map(([name, held]) => [name.toLowerCase(), held]));
  const texts = TEXT_PROPERTIES.map((name) => properties.get(name));
  const message = texts.find((held) => typeof held === 'string' && held.trim() !== '');
  const nested = [properties.get('error'), properties.get('validationsummary'), properties.get('messages')];
  const details = nested.filter((held) => typeof held === 'object').map(messageIn);
  return [message, ...details].filter((held) => held !== undefined).join(' ') || undefined;
}

function textFromMarkup(text: string): string {
  return text
    .replace(/<(script|style|head)\b[^<>]*>[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(#?\w{1,6});/g, (entity, name: string) => ENTITIES[name.toLowerCase()] ?? entity);
}
