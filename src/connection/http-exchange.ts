/**
 * Follows one request through undici from the queue to the end of its answer, because only there it shows whether
 * a byte of it has gone out.
 */
import type { Dispatcher } from 'undici';
import { ConnectError } from '../errors.ts';
import type { Body } from './call.ts';
import type { Clock } from './clock.ts';
import { describeFailure } from './connection-problems.ts';
import { safeCause } from './secrets.ts';

/** Longest answer that is read, in bytes. */
const LONGEST_ANSWER = 5 * 1024 * 1024;

/**
 * The server ended the handshake for want of a client certificate. In TLS 1.3 the client only learns of it when it
 * has begun to send, but what it sent then is not read (RFC 8446, 4.4.2.4).
 */
const NO_HANDSHAKE = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';

/** A request to an absolute address. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Names in lower case; the length of the body is added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  /** Milliseconds without progress while sending, and from the end of the request to the end of its answer. */
  readonly timeout: number;
}

/** A complete answer, whatever its status. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Why there is no answer. */
export interface HttpFailure {
  /** `not-received`: no byte of the request went out, or none was read. `perhaps-received`: everything else. */
  readonly kind: 'not-received' | 'perhaps-received';
  readonly code: 'CONNECTION_FAILED' | 'CONNECTION_LOST' | 'TIMED_OUT' | 'ANSWER_MALFORMED';
  readonly cause: Error;
}

/** An answer that is too long to be one of Connect's. */
export interface HttpAnswerTooLarge {
  readonly kind: 'answer-too-large';
  readonly status: number;
}

/** How a request ended. */
export type HttpOutcome = HttpAnswer | HttpFailure | HttpAnswerTooLarge;

/** One run of one request; used once. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #clock: Clock;
  readonly #answer: Buffer[] = [];
  #answerLength = 0;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #isStarted = false;
  #isEnded = false;
  #bodyFault: { readonly error: unknown } | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #cancelTimeout: (() => void) | undefined;
  #resolve: ((outcome: HttpOutcome) => void) | undefined;
  #reject: ((error: ConnectError) => void) | undefined;

  constructor(request: HttpRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** @throws as {@link HttpClient.send} */
  run(dispatcher: Dispatcher): Promise<HttpOutcome> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#dispatch(dispatcher);
    });
  }

  #dispatch(dispatcher: Dispatcher): void {
    const { method, url, headers, body } = this.#request;
    const hasBody = body !== undefined && body.length > 0;
    this.#startTimeout();
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: hasBody ? { ...headers, 'content-length': String(body.length) } : { ...headers },
        // undici takes any iterable of bytes and waits for the socket between chunks; its types do not say so.
        body: hasBody ? (this.#read(body) as unknown as Uint8Array) : null,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The time ran out in the queue: what was reported as not received must not go out now.
    if (this.#isEnded) controller.abort(new Error('no longer wanted'));
    else this.#isStarted = true;
  }

  onBodySent(): void {
    this.#startTimeout();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? ''].flat().join(', ')]),
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#answerLength += chunk.length;
    if (this.#answerLength <= LONGEST_ANSWER) {
      this.#answer.push(chunk);
      return;
    }
    this.#end({ kind: 'answer-too-large', status: this.#status });
    controller.abort(new Error('answer too large'));
  }

  onResponseEnd(): void {
    const text = new TextDecoder().decode(Buffer.concat(this.#answer));
    this.#end({ kind: 'answer', status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: NodeJS.ErrnoException): void {
    if (this.#bodyFault !== undefined) {
      this.#refuse('BODY_UNREADABLE', 'The content of the request could not be read.', this.#bodyFault.error);
    } else if (error.code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
      this.#refuse(
        'BODY_LENGTH_WRONG',
        'The content of the request is not as long as it was said to be.',
        error,
      );
    } else if (error.code === 'UND_ERR_INVALID_ARG') {
      this.#refuse(
        'REQUEST_INVALID',
        'The request holds a header or an address that HTTP does not allow.',
        error,
      );
    } else {
      if (error.code === NO_HANDSHAKE) this.#isStarted = false;
      this.#fail(failureCode(error, this.#isStarted), error);
    }
  }

  async *#read(body: Body): AsyncGenerator<Uint8Array> {
    try {
      yield* body.chunks();
    } catch (error) {
      this.#bodyFault = { error };
      throw error;
    }
  }

  #startTimeout(): void {
    this.#cancelTimeout?.();
    if (this.#isEnded) return;
    this.#cancelTimeout = this.#clock.after(this.#request.timeout, () => {
      // When the process has stood still (a machine that slept, a busy event loop), timers are late as well as
      // answers: what has arrived meanwhile is read before anybody gives up.
      const afterReading = setImmediate(() => this.#timeOut());
      this.#cancelTimeout = () => clearImmediate(afterReading);
    });
  }

  #timeOut(): void {
    const error = new Error(`no progress for ${this.#request.timeout} ms`);
    this.#fail('TIMED_OUT', error);
    this.#controller?.abort(error);
  }

  #fail(code: HttpFailure['code'], error: Error): void {
    const cause = safeCause(error, []);
    cause.message = describeFailure(cause, 'server');
    this.#end({ kind: this.#isStarted ? 'perhaps-received' : 'not-received', code, cause });
  }

  #end(outcome: HttpOutcome): void {
    this.#isEnded = true;
    this.#cancelTimeout?.();
    this.#resolve?.(outcome);
  }

  #refuse(code: string, message: string, cause: unknown): void {
    this.#isEnded = true;
    this.#cancelTimeout?.();
    this.#reject?.(new ConnectError(code, message, { cause: safeCause(cause, []) }));
  }
}

function failureCode(error: NodeJS.ErrnoException, isStarted: boolean): HttpFailure['code'] {
  if (!isStarted) return 'CONNECTION_FAILED';
  const isMalformed =
    error.code?.startsWith('HPE_') === true ||
    error.name === 'HTTPParserError' ||
    error.code === 'UND_ERR_HEADERS_OVERFLOW' ||
    error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
  return isMalformed ? 'ANSWER_MALFORMED' : 'CONNECTION_LOST';
}
