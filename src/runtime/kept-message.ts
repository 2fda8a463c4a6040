/**
 * Keeps of a message what can be kept on disk, so that what is told of it later carries it.
 */
import type { NodeMessage } from 'node-red';

/** Most bytes that are kept of one message. */
export const mostKept = 64 * 1024;

/** Of a web request: they are alive in this process only. */
const alive = new Set(['payload', 'req', 'res']);

/** What is kept of a message. */
export interface KeptMessage {
  readonly properties: Readonly<Record<string, unknown>>;
  /** Names of those that were left out. */
  readonly notKept: readonly string[];
}

/** Most names that are told of what was left out. */
const mostNames = 20;
const longestName = 100;

/**
 * The properties of a message that survive JSON, as the JSON of a {@link KeptMessage}, without its payload. What would
 * take it over 64 kB is left out, the largest first.
 */
export function keptMessage(message: NodeMessage): string {
  const kept = new Map<string, string>();
  const left: string[] = [];
  for (const [name, value] of Object.entries(message)) {
    if (alive.has(name) || value === undefined) continue;
    const text = asJson(value);
    if (text === undefined) left.push(name);
    else kept.set(name, text);
  }
  let size = Buffer.byteLength(joined(kept));
  const largestFirst = [...kept].sort(([, one], [, other]) => other.length - one.length);
  for (const property of largestFirst) {
    if (size <= mostKept) break;
    const [name] = property;
    // With the comma before or after it.
    size -= Buffer.byteLength(joined(new Map([property]))) - 1;
    kept.delete(name);
    left.push(name);
  }
  const notKept = left.slice(0, mostNames).map((name) => name.slice(0, longestName));
  return `{"properties":${joined(kept)},"notKept":${JSON.stringify(notKept)}}`;
}

/** A property that is no JSON, or throws when it is read as such, is as good as none. */
function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function joined(kept: ReadonlyMap<string, string>): string {
  return `{${[...kept].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** What {@link keptMessage} has kept. */
export function restoredMessage(kept: string): KeptMessage {
  return JSON.parse(kept) as KeptMessage;
}

/** What stands under `msg.norce`, where that is an object. */
export function norceOf(message: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { norce } = message;
  return typeof norce === 'object' && norce !== null && !Array.isArray(norce)
    ? (norce as Record<string, unknown>)
    : {};
}
