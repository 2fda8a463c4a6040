/**
 * Faults on order: the next requests that match fail in a chosen way.
 */

/**
 * How a request fails. `unauthorized` 401, `tooManyRequests` 429, `serverError` 500, `unavailable` 503;
 * `reset`: the connection breaks before anything is done; `stall`: no answer ever; `html`: 200 with a web
 * page, nothing done; `lostAnswer`: done, then the connection breaks; `malformed`: done, the answer is cut;
 * `failedJob`: accepted, but the job ends as failed without importing.
 */
export type FaultKind = (typeof faultKinds)[number];

/** Every {@link FaultKind}. */
export const faultKinds = [
  'unauthorized',
  'tooManyRequests',
  'serverError',
  'unavailable',
  'reset',
  'stall',
  'html',
  'lostAnswer',
  'malformed',
  'failedJob',
] as const;

/** An order for a fault. */
export interface Fault {
  readonly kind: FaultKind;
  /** How many matching requests fail; 1 unless given. */
  readonly count?: number;
  /** Which requests, by the path below the host. Unless given: everything but the token endpoint. */
  readonly match?: (path: string) => boolean;
}

/** Whether a text read from outside names a kind of fault. */
export function isFaultKind(value: unknown): value is FaultKind {
  return faultKinds.some((kind) => kind === value);
}

/** The faults that wait for a request, oldest first. */
export class FaultQueue {
  readonly #tokenPath: string;
  #waiting: { readonly kind: FaultKind; readonly match: (path: string) => boolean; left: number }[] = [];

  /** @param tokenPath spared by faults without a `match` of their own. */
  constructor(tokenPath: string) {
    this.#tokenPath = tokenPath;
  }

  /** Requests that are still to fail. */
  get pending(): number {
    return this.#waiting.reduce((sum, fault) => sum + fault.left, 0);
  }

  /** Orders a fault; several stand in line. */
  add(fault: Fault): void {
    this.#waiting.push({
      kind: fault.kind,
      match: fault.match ?? ((path) => path !== this.#tokenPath),
      left: fault.count ?? 1,
    });
  }

  /** The fault that this request meets, which is thereby used up. */
  take(path: string): FaultKind | undefined {
    const fault = this.#waiting.find((waiting) => waiting.match(path));
    if (fault === undefined) return undefined;
    fault.left -= 1;
    if (fault.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== fault);
    return fault.kind;
  }

  /** Drops every fault that waits. */
  clear(): void {
    this.#waiting = [];
  }
}
