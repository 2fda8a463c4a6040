/**
 * Takes one call through token, line, attempts and pauses to its end.
 */
import { ConnectError } from '../errors.ts';
import type { Backoff } from './backoff.ts';
import type { Answer, Call, Progress } from './call.ts';
import { type Clock, pause, unlessAborted } from './clock.ts';
import type { CredentialSource } from './credential.ts';
import { Deadline } from './deadline.ts';
import { answerError, type CallHistory, cancelledError, unavailableError } from './failures.ts';
import type { HttpClient } from './http-client.ts';
import type { HttpAnswer, HttpOutcome } from './http-exchange.ts';
import { type AttemptState, type Decision, decide, decideWithoutToken, isPerhapsReceived } from './retry.ts';
import { readRetryAfter } from './retry-after.ts';
import type { ConnectionSettings } from './settings.ts';
import type { Slot, Throttle } from './throttle.ts';
import type { Ticket } from './waiting-line.ts';

/** What connections with the same customer, credentials or process share. */
export interface SharedParts {
  readonly throttle: Throttle;
  readonly credentials: CredentialSource;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

type Interruption = 'cancelled' | 'deadline';

const JSON_CONTENT = 'application/json; charset=utf-8';

/** One call; used once. */
export class CallRun {
  readonly #call: Call;
  readonly #settings: ConnectionSettings;
  readonly #parts: SharedParts;
  readonly #url: URL;
  readonly #ticket: Ticket;
  readonly #interruption = new AbortController();
  readonly #deadline: Deadline;
  #attempts = 0;
  #failures = 0;
  #isRenewed = false;
  #perhapsReceived = false;
  #lastOutcome: HttpOutcome | undefined;
  #tokenError: ConnectError | undefined;
  #credential = '';

  constructor(call: Call, url: URL, settings: ConnectionSettings, parts: SharedParts) {
    this.#call = call;
    this.#url = url;
    this.#settings = settings;
    this.#parts = parts;
    this.#ticket = parts.throttle.ticket(call.priority);
    this.#deadline = new Deadline(parts.clock, settings.deadline, () => this.#interrupt('deadline'));
  }

  /** @throws ConnectError as {@link Connection.call} */
  async run(): Promise<Answer> {
    const onAbort = () => this.cancel();
    const { signal } = this.#call;
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) this.cancel();
    try {
      for (;;) {
        const answer = await this.#round();
        if (answer !== undefined) return this.#answer(answer);
      }
    } catch (error) {
      throw this.#explain(error);
    } finally {
      this.#deadline.hold();
      this.#parts.throttle.discard(this.#ticket);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the call unless an attempt is under way; then it ends after that. */
  cancel(): void {
    this.#interrupt('cancelled');
  }

  #interrupt(reason: Interruption): void {
    this.#interruption.abort(reason);
  }

  /** One try to get an answer; undefined if another one should follow. */
  async #round(): Promise<HttpAnswer | undefined> {
    const slot = await this.#slotWithCredential();
    if (slot === undefined) return undefined;
    this.#attempts += 1;
    this.#tell({ kind: 'sending', attempt: this.#attempts });
    const outcome = await this.#send(slot);
    this.#lastOutcome = outcome;
    const retryAfter =
      outcome.kind === 'answer' ? readRetryAfter(outcome.headers, this.#parts.clock.date()) : undefined;
    settle(slot, outcome, retryAfter);
    const before = this.#perhapsReceived;
    // Asking changes nothing, received or not.
    this.#perhapsReceived ||= this.#call.method !== 'GET' && isPerhapsReceived(outcome);
    const decision = this.#renewOr(decide(outcome, this.#state(retryAfter)));
    if (decision.action === 'accept' && outcome.kind === 'answer') {
      this.#perhapsReceived = before;
      return outcome;
    }
    await this.#follow(decision);
    return undefined;
  }

  /** Undefined if there was no token and it is worth trying again. */
  async #slotWithCredential(): Promise<Slot | undefined> {
    const { throttle } = this.#parts;
    const { signal } = this.#interruption;
    let slot: Slot | undefined;
    try {
      // Before the line, so that a rejected secret is told at once; after it, because the line may be long.
      await this.#fetchCredential();
      if (this.#attempts === 0) this.#deadline.hold();
      slot = await throttle.take(this.#ticket, signal, (place, expectedWait) =>
        this.#tell({ kind: 'waiting', place, expectedWait }),
      );
      if (this.#attempts === 0) this.#deadline.resume();
      await this.#fetchCredential();
      signal.throwIfAborted();
      await this.#call.beforeAttempt?.(this.#attempts + 1);
      signal.throwIfAborted();
      return slot;
    } catch (error) {
      slot?.unused();
      if (!(error instanceof ConnectError && error.code === 'TOKEN_UNAVAILABLE')) throw error;
      this.#tokenError = error;
      const retryAfter = error.details?.retryAfter;
      await this.#follow(
        decideWithoutToken(this.#state(typeof retryAfter === 'number' ? retryAfter : undefined)),
      );
      return undefined;
    }
  }

  async #fetchCredential(): Promise<void> {
    this.#credential = await unlessAborted(this.#parts.credentials.get(), this.#interruption.signal);
    this.#tokenError = undefined;
  }

  async #send(slot: Slot): Promise<HttpOutcome> {
    const { method, headers = {}, body, contentType = JSON_CONTENT } = this.#call;
    const { applicationId, timeout } = this.#settings;
    const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    try {
      return await this.#parts.http.send({
        method,
        url: this.#url,
        headers: {
          ...Object.fromEntries(given),
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'norce-connect-node-red',
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...(applicationId === undefined ? {} : { 'application-id': applicationId }),
          authorization: `${this.#parts.credentials.scheme} ${this.#credential}`,
        },
        body,
        timeout,
      });
    } catch (error) {
      slot.failed();
      throw error;
    }
  }

  #state(retryAfter: number | undefined): AttemptState {
    return {
      failure: this.#failures + 1,
      repeatable: this.#call.repeatable,
      renewable: !this.#isRenewed,
      // Less than any pause: nothing follows the first failure.
      remaining: this.#call.once ? -1 : this.#deadline.remaining,
      retryAfter,
      stoppedFor: this.#parts.throttle.status.stoppedFor,
      backoff: this.#parts.backoff,
    };
  }

  #renewOr(decision: Decision): Decision {
    if (decision.action !== 'renew') return decision;
    this.#isRenewed = true;
    return this.#parts.credentials.refused(this.#credential)
      ? decision
      : { action: 'fail', code: 'UNAUTHORIZED' };
  }

  /** Waits as decided, or throws what ends the call. */
  async #follow(decision: Decision): Promise<void> {
    if (decision.action === 'give-up') throw unavailableError(this.#history());
    if (decision.action === 'fail') {
      throw decision.code === 'OUTCOME_UNKNOWN'
        ? unavailableError(this.#history())
        : answerError(decision.code, this.#history());
    }
    if (decision.action !== 'retry') return;
    this.#failures += 1;
    const { code, delay, inLine } = decision;
    this.#tell({ kind: 'retrying', attempt: this.#attempts, code, delay });
    if (!inLine) await pause(this.#parts.clock, delay, this.#interruption.signal);
  }

  #answer({ status, headers, text }: HttpAnswer): Answer {
    return { status, headers, text, attempts: this.#attempts, perhapsReceivedBefore: this.#perhapsReceived };
  }

  #history(): CallHistory {
    return {
      method: this.#call.method,
      path: this.#call.path,
      attempts: this.#attempts,
      perhapsReceived: this.#perhapsReceived,
      lastOutcome: this.#lastOutcome,
      tokenError: this.#tokenError,
      scheme: this.#parts.credentials.scheme,
      secrets: [this.#settings.clientSecret, this.#credential, ...this.#parts.credentials.secrets],
    };
  }

  #explain(error: unknown): unknown {
    const { signal } = this.#interruption;
    if (signal.aborted && error === signal.reason) {
      return error === 'deadline' ? unavailableError(this.#history()) : cancelledError(this.#history());
    }
    // What goes wrong between two attempts, or before the next one is on its way (a rejected token, a body that can
    // no longer be read, a full disk, a process that stops), must not hide that an earlier one may have been carried out.
    const isTold = error instanceof ConnectError && error.details?.perhapsReceived !== undefined;
    return this.#perhapsReceived && !isTold ? unavailableError(this.#history()) : error;
  }

  #tell(progress: Progress): void {
    try {
      this.#call.onProgress?.(progress);
    } catch {
      // Whoever listens badly harms only itself: the line of all others must move on.
    }
  }
}

function settle(slot: Slot, outcome: HttpOutcome, retryAfter: number | undefined): void {
  if (outcome.kind === 'answer' && outcome.status === 429) slot.limited(retryAfter);
  else if (outcome.kind === 'answer') slot.answered();
  else if ('code' in outcome && outcome.code === 'TIMED_OUT') slot.abandoned();
  else slot.failed();
}
