/**
 * The one error class of the package: nobody compares messages or class names, everybody reads `code`.
 */

/** What a {@link ConnectError} carries beside its message. */
export interface ConnectErrorOptions {
  /** The same request may succeed later, unchanged. */
  readonly retryable?: boolean;
  /** HTTP status, where an answer caused the error. */
  readonly status?: number;
  readonly cause?: unknown;
  /** Machine-readable particulars, free of secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error with a stable `code` (UPPER_SNAKE_CASE, part of the public interface). */
export class ConnectError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly status?: number;
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: ConnectErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ConnectError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    if (options.status !== undefined) this.status = options.status;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** Any thrown value as an Error, so that handlers need no guessing. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
