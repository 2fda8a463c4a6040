/**
 * Faults as data: what can go wrong with a request, and which requests an order for it concerns.
 */

/** Statuses that a refusal can have. */
export const refusalStatuses = [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504] as const;
/** Statuses of a redirect. */
export const redirectStatuses = [301, 302, 303, 307, 308] as const;
/** What the body of a refusal can be. */
export const bodyForms = ['json', 'html', 'empty'] as const;
/** Where a request can come to a standstill. */
export const stallStages = ['start', 'taken', 'headers', 'answer'] as const;
/** Where a connection can be reset. */
export const resetStages = ['start', 'body', 'taken'] as const;
/** Forms in which the id of a job can be wrong. */
export const jobIdForms = [
  'number',
  'missing',
  'null',
  'empty',
  'negative',
  'object',
  'float',
  'word',
  'nested',
] as const;

/**
 * A value of `Retry-After`: whole seconds; a date so many seconds from now; or any text as it stands, for
 * nonsense.
 */
export type RetryAfter = number | { readonly date: number } | string;

/** No parameters. */
type Plain = Readonly<Record<never, never>>;

/** What each kind of fault does, and the parameters that it takes; all may be left out. */
export interface FaultParameters {
  /** An answer with an error status. */
  readonly status: {
    /** 500 unless given. */
    readonly status?: (typeof refusalStatuses)[number];
    /** `json` unless given. */
    readonly body?: (typeof bodyForms)[number];
    readonly retryAfter?: RetryAfter;
    /** The request is carried out before, as behind a gateway that lost patience. */
    readonly carriedOut?: boolean;
  };
  /** 401. */
  readonly unauthorized: Plain;
  /** 429 with a `Retry-After` of one second. */
  readonly tooManyRequests: Plain;
  /** 500. */
  readonly serverError: Plain;
  /** 503. */
  readonly unavailable: Plain;
  /** A redirect to another address of the simulator; nothing is done. */
  readonly redirect: {
    /** 302 unless given. */
    readonly status?: (typeof redirectStatuses)[number];
    /** Where to; below the simulator's own address unless given. */
    readonly location?: string;
  };
  /** 200 with a web page. */
  readonly html: { readonly carriedOut?: boolean };
  /** Something that is no HTTP. */
  readonly garbage: { readonly carriedOut?: boolean };
  /**
   * The connection is reset (RST): at the `start`, before the body is read (unless given); while the `body` is
   * being received; or when the request has been `taken` and carried out.
   */
  readonly reset: { readonly at?: (typeof resetStages)[number] };
  /**
   * Nothing follows any more: at the `start`, before the body is read (unless given); after the request was
   * `taken` and carried out; after status line and `headers`; or in the middle of the body of the `answer`.
   */
  readonly stall: { readonly at?: (typeof stallStages)[number] };
  /** Carried out; then the connection is closed without an answer. */
  readonly lostAnswer: Plain;
  /** Carried out; the answer is shorter than its `Content-Length` says, and the connection is closed. */
  readonly truncated: Plain;
  /** Carried out; a whole answer whose JSON is cut. */
  readonly malformed: Plain;
  /** Carried out; the answer comes in pieces, over so many milliseconds: 1000 unless given. */
  readonly slow: { readonly duration?: number };
  /** Carried out; the id of the job is not the text that it should be: `missing` unless given. */
  readonly jobId: { readonly form?: (typeof jobIdForms)[number] };
  /** Accepted, but the job ends as failed without importing. */
  readonly failedJob: Plain;
  /** The token of the request ends its life as the request arrives, although its owner believes in it. */
  readonly expiredToken: Plain;
  /** At the token endpoint: a success without an access token. */
  readonly noAccessToken: Plain;
  /** At the token endpoint: the credentials are rejected. */
  readonly invalidClient: Plain;
}

/** How a request fails; see {@link FaultParameters}. */
export type FaultKind = keyof FaultParameters;

/** Which requests fail. */
export interface FaultTarget {
  /** How many matching requests fail; 1 unless given, Infinity for no end. */
  readonly count?: number;
  /** The share of the matching requests that fail, at random, above 0 and at most 1; 1 unless given. */
  readonly share?: number;
  /**
   * A part of the paths that it strikes. Unless given: the token endpoint for the faults of tokens, everything
   * else for all others.
   */
  readonly path?: string;
}

/** A fault of one kind. */
export type FaultOf<Kind extends FaultKind> = { readonly kind: Kind } & FaultParameters[Kind];

/** What a request is struck by. */
export type FaultEffect = { [Kind in FaultKind]: FaultOf<Kind> }[FaultKind];

/** An order for a fault. */
export type Fault = FaultEffect &
  FaultTarget & {
    /** Which requests, where a part of the path does not say it. */
    readonly match?: (path: string) => boolean;
  };

interface Waiting {
  readonly fault: Fault;
  readonly match: (path: string) => boolean;
  left: number;
}

/** The faults that wait for a request, oldest first. */
export class FaultQueue {
  readonly #tokenPath: string;
  readonly #random: () => number;
  #waiting: Waiting[] = [];

  /**
   * @param tokenPath spared by faults that neither say where nor concern tokens.
   * @param random decides whom a share strikes.
   */
  constructor(tokenPath: string, random: () => number) {
    this.#tokenPath = tokenPath;
    this.#random = random;
  }

  /** Requests that are still to fail. */
  get pending(): number {
    return this.#waiting.reduce((sum, fault) => sum + fault.left, 0);
  }

  /** Orders a fault; several stand in line. */
  add(fault: Fault): void {
    this.#waiting.push({ fault, match: this.#matcher(fault), left: fault.count ?? 1 });
  }

  /** The fault that this request meets, which is thereby used up. */
  take(path: string): FaultEffect | undefined {
    const struck = this.#waiting.find(
      ({ fault, match }) => match(path) && (fault.share === undefined || this.#random() < fault.share),
    );
    if (struck === undefined) return undefined;
    struck.left -= 1;
    if (struck.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== struck);
    return struck.fault;
  }

  /** Drops every fault that waits. */
  clear(): void {
    this.#waiting = [];
  }

  #matcher({ kind, path, match }: Fault): (path: string) => boolean {
    if (match !== undefined) return match;
    if (path !== undefined) return (candidate) => candidate.includes(path);
    const isOfTokens = kind === 'noAccessToken' || kind === 'invalidClient';
    return (candidate) => (candidate === this.#tokenPath) === isOfTokens;
  }
}
