/**
 * Keeps the client secret and the token out of everything that is shown.
 */

const MASK = '***';

/** The text without the given secrets, in the spellings that an answer may echo them in. */
export function scrub(text: string, secrets: readonly string[]): string {
  const spellings = secrets.filter((secret) => secret !== '').flatMap(spellingsOf);
  // The longest first: otherwise a secret that holds another one would be torn apart and stay half readable.
  return [...new Set(spellings)]
    .sort((one, other) => other.length - one.length)
    .reduce((cleaned, spelling) => cleaned.replaceAll(spelling, MASK), text);
}

function spellingsOf(secret: string): string[] {
  const encoded = [encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)];
  return [
    secret,
    ...encoded,
    ...encoded.map((text) => text.replace(/%../g, (byte) => byte.toLowerCase())),
    JSON.stringify(secret).slice(1, -1),
    escapeHtml(secret),
    Buffer.from(secret).toString('base64'),
  ];
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * A copy of an error that is safe as a `cause`: name, code and cleaned message, without the properties and the
 * chain in which HTTP and OAuth libraries keep bodies and headers.
 */
export function safeCause(error: unknown, secrets: readonly string[]): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const copy = new Error(scrub(messageOf(original), secrets));
  copy.name = scrub(original.name, secrets);
  const { code } = original as NodeJS.ErrnoException;
  return typeof code === 'string' ? Object.assign(copy, { code: scrub(code, secrets) }) : copy;
}

function messageOf(error: Error): string {
  // A connection tried over several addresses fails with one error for each, and a message of its own that is empty.
  if (error.message === '' && error instanceof AggregateError) {
    return error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
  }
  return error.message;
}
