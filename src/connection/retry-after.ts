/**
 * Reads `Retry-After` (RFC 9110, 10.2.3) strictly: a malformed value is no value, so that nonsense leads to the
 * ordinary backoff and not to a line that stands still.
 */

/** No server makes us wait longer than this before we ask again, in milliseconds. */
export const LONGEST_RETRY_AFTER = 600_000;

const SECONDS = /^\d{1,10}$/;
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The pause that an answer asks for, in milliseconds, between 0 and {@link LONGEST_RETRY_AFTER}; undefined if it
 * asks for none or is malformed. A date counts from the answer's own `Date`, as far as it has one: then a wrong
 * clock on this machine does no harm.
 */
export function readRetryAfter(
  headers: Readonly<Record<string, string>>,
  wallTime: number,
): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (SECONDS.test(value)) return Math.min(Number(value) * 1000, LONGEST_RETRY_AFTER);
  const until = readDate(value);
  if (until === undefined) return undefined;
  const from = readDate(headers.date ?? '') ?? wallTime;
  return Math.min(Math.max(until - from, 0), LONGEST_RETRY_AFTER);
}

function readDate(value: string): number | undefined {
  const time = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
