/**
 * Requests that mean something only as a whole: what they do not hold is deactivated or cleared.
 */
import { type HeaderList, headers, type ImportName, imports } from '../contract/index.ts';
import type { RequestHeader } from '../prepare/index.ts';

/**
 * Whether a request is a full feed, or one that clears before it imports. It must not be divided, and two jobs of it
 * must not run at once.
 */
export function isWholeRequest(name: ImportName, header: RequestHeader): boolean {
  if (header.FullFile === true) return true;
  const lists: Readonly<Record<string, HeaderList>> = headers[imports[name].header].lists;
  return Object.entries(lists).some(([list, { values }]) => {
    const numbers = header[list];
    return (
      Array.isArray(numbers) && values.some((value) => value.clearsFirst && numbers.includes(value.number))
    );
  });
}
