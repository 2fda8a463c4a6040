/**
 * Text formats of the contract that JSON Schema has no exact word for.
 */

const datePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,7})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * Whether a text is a date that .NET can hold: ISO 8601, a day that exists, with or without time and zone.
 * The year 0 does not exist there.
 */
export function isDate(text: string): boolean {
  const match = datePattern.exec(text);
  if (match === null) return false;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const days = month === 2 && isLeapYear(year) ? 29 : (daysOfMonth[month - 1] ?? 0);
  return year > 0 && day >= 1 && day <= days && part(4) <= 23 && part(5) <= 59 && part(6) <= 59;
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a GUID in the form with hyphens. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** Formats by the name that the schemas use. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'norce-date': isDate,
  'norce-uuid': isUuid,
};
