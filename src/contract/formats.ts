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
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = month === 2 && isLeapYear(year) ? 29 : (daysOfMonth[month - 1] ?? 0);
  return year > 0 && day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
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
