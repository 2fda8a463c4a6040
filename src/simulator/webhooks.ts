/**
 * Norce's events: POSTed to the address that is set for their type, and tried again for almost a day.
 */
import { Agent, fetch } from 'undici';
import { ConnectError } from '../errors.ts';
import { RunningWork } from './running-work.ts';
import { longestTimer, ScaledTime } from './scaled-time.ts';

/** Where the events of a type go. */
export interface WebhookTarget {
  readonly url: string;
  /** Sent with every event of the type, such as a secret; Norce can send no other proof of itself. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One try to deliver an event. */
export interface EventAttempt {
  /** `performance.now()` when it began, in milliseconds. */
  readonly at: number;
  /** After redirects; null when no answer came in time. */
  readonly status: number | null;
  /** Why no answer came. */
  readonly error: string | null;
}

/** An event on its way, or at its end. */
export interface EventDelivery {
  readonly type: string;
  readonly body: unknown;
  /** Whether an event is delivered a second time without need. */
  readonly isRepeat: boolean;
  /** `dead`: every retry failed, or the type was switched off meanwhile. */
  readonly state: 'waiting' | 'delivered' | 'dead';
  readonly attempts: readonly EventAttempt[];
}

/** How badly events arrive: chances from 0 to 1. */
export interface EventDisorder {
  /** Delivered twice. */
  readonly twice: number;
  /** Held back for up to a minute. */
  readonly late: number;
  /** Held back until the next event of the type has been tried, or for a minute. */
  readonly swapped: number;
  /** A job's end is announced before its import is answered. */
  readonly early: number;
}

/** What {@link Webhooks} need. */
export interface WebhooksOptions {
  readonly targets: Readonly<Record<string, WebhookTarget>>;
  readonly disorder: EventDisorder;
  /** How many POSTs may go on side by side; one keeps the order of first attempts. */
  readonly parallel: number;
  readonly timeScale: number;
  /** Norce's milliseconds within which an answer must have come. */
  readonly timeout: number;
  readonly random: () => number;
}

type Draft = {
  -readonly [Key in keyof EventDelivery]: Key extends 'attempts' ? EventAttempt[] : EventDelivery[Key];
};

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The pauses before the 16 retries: about 22 hours in all. The last six are laid out between 1 and 6 hours. */
export const retryPauses: readonly number[] = [
  ...[5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 4, 5, 6].map((count) => count * hour),
];

/** Every event that was sent, and the addresses that they go to. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #time: ScaledTime;
  readonly #agent = new Agent();
  readonly #running = new RunningWork();
  readonly #targets = new Map<string, WebhookTarget>();
  readonly #deliveries: Draft[] = [];
  /** By type: lets the event go that waits for the next one. */
  readonly #heldBack = new Map<string, () => void>();
  readonly #lines: Promise<void>[];
  #posts = 0;
  #stop = new AbortController();

  /** @throws {ConnectError} `WEBHOOK_ADDRESS_INVALID` for a target that cannot be. */
  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#time = new ScaledTime(options.timeScale);
    this.#lines = Array.from({ length: options.parallel }, () => Promise.resolve());
    for (const [type, target] of Object.entries(options.targets)) this.setTarget(type, target);
  }

  /** Every event that was tracked since the start or the last reset, in order. */
  get deliveries(): readonly EventDelivery[] {
    return this.#deliveries;
  }

  /** The addresses by type, without the values of headers, which may be secret. */
  get targets(): Readonly<Record<string, { readonly url: string; readonly headers: readonly string[] }>> {
    const entries = [...this.#targets].map(([type, { url, headers = {} }]) => [
      type,
      { url, headers: Object.keys(headers) },
    ]);
    return Object.fromEntries(entries);
  }

  /**
   * Sets where the events of a type go from now on, also those that wait for a retry; null switches the type
   * off: they die, and no new ones are tracked.
   * @throws {ConnectError} `WEBHOOK_ADDRESS_INVALID` for what is no HTTP address, or for impossible headers.
   */
  setTarget(type: string, target: WebhookTarget | null): void {
    if (target === null) this.#targets.delete(type);
    else {
      checkTarget(type, target);
      this.#targets.set(type, target);
    }
  }

  /** Sends an event; undefined, and nothing is tracked, while its type is switched off. */
  send(type: string, body: unknown): EventDelivery | undefined {
    return this.#send(type, body, false)?.delivery;
  }

  /** Sends an event. @returns a promise of the end of its first attempt; `early` spares it other disorder. */
  announce(type: string, body: unknown, early: boolean): Promise<void> {
    return this.#send(type, body, early)?.firstAttempt ?? Promise.resolve();
  }

  /** Whether the next event of a type is to come early; always false while the type is switched off. */
  drawEarly(type: string): boolean {
    return this.#targets.has(type) && this.#draw('early');
  }

  /** Resolves when no event waits or is on its way. */
  settled(): Promise<void> {
    return this.#running.settled();
  }

  /** Breaks off and forgets every event; the addresses stay. */
  async clear(): Promise<void> {
    this.#stop.abort();
    this.#time.cancel();
    await this.settled();
    this.#stop = new AbortController();
    this.#heldBack.clear();
    this.#deliveries.length = 0;
  }

  /** Breaks everything off, connections too. */
  async close(): Promise<void> {
    await this.clear();
    await this.#agent.destroy();
  }

  #send(
    type: string,
    body: unknown,
    isPunctual: boolean,
  ): { readonly delivery: EventDelivery; readonly firstAttempt: Promise<void> } | undefined {
    if (!this.#targets.has(type)) return undefined;
    const sent = this.#track(type, body, isPunctual, false);
    if (this.#draw('twice')) this.#track(type, body, false, true);
    return sent;
  }

  #track(
    type: string,
    body: unknown,
    isPunctual: boolean,
    isRepeat: boolean,
  ): { readonly delivery: EventDelivery; readonly firstAttempt: Promise<void> } {
    const delivery: Draft = { type, body, isRepeat, state: 'waiting', attempts: [] };
    this.#deliveries.push(delivery);
    const overtaken = this.#heldBack.get(type);
    const isHeld = !isPunctual && overtaken === undefined && this.#draw('swapped');
    const turn = isHeld ? this.#turnAfterNext(type) : this.#turn(isPunctual);
    if (overtaken !== undefined) this.#heldBack.delete(type);
    const firstAttempt = turn.then(() => this.#attempt(delivery));
    const rest = firstAttempt.then(() => {
      overtaken?.();
      return this.#retry(delivery);
    });
    this.#running.add(rest);
    return { delivery, firstAttempt };
  }

  async #turn(isPunctual: boolean): Promise<void> {
    if (!isPunctual && this.#draw('late')) await this.#time.wait(this.#options.random() * minute);
  }

  async #turnAfterNext(type: string): Promise<void> {
    const next = new Promise<void>((resolve) => this.#heldBack.set(type, resolve));
    const letGo = this.#heldBack.get(type);
    await Promise.race([next, this.#time.wait(minute)]);
    if (this.#heldBack.get(type) === letGo) this.#heldBack.delete(type);
  }

  async #retry(delivery: Draft): Promise<void> {
    const stop = this.#stop.signal;
    for (const pause of retryPauses) {
      if (delivery.state !== 'waiting' || stop.aborted || !(await this.#time.wait(pause))) return;
      await this.#attempt(delivery);
    }
    if (delivery.state === 'waiting' && !stop.aborted) delivery.state = 'dead';
  }

  /** Posts an event once the line it stands in has come to it. */
  #attempt(delivery: Draft): Promise<void> {
    const line = this.#posts++ % this.#lines.length;
    const attempt = (this.#lines[line] ?? Promise.resolve()).then(() => this.#post(delivery));
    this.#lines[line] = attempt;
    return attempt;
  }

  async #post(delivery: Draft): Promise<void> {
    const stop = this.#stop.signal;
    if (stop.aborted) return;
    const target = this.#targets.get(delivery.type);
    if (target === undefined) {
      delivery.state = 'dead';
      return;
    }
    const at = performance.now();
    const { status, error } = await this.#call(target, delivery.body);
    if (stop.aborted) return;
    delivery.attempts.push({ at, status, error });
    if (status !== null && isReceived(status)) delivery.state = 'delivered';
  }

  async #call(target: WebhookTarget, body: unknown): Promise<Omit<EventAttempt, 'at'>> {
    const patience = Math.min(Math.ceil(this.#time.toReal(this.#options.timeout)), longestTimer);
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { ...target.headers, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        redirect: 'follow',
        dispatcher: this.#agent,
        signal: AbortSignal.any([AbortSignal.timeout(patience), this.#stop.signal]),
      });
      await response.body?.cancel();
      return { status: response.status, error: null };
    } catch (error) {
      return { status: null, error: reasonOf(error) };
    }
  }

  #draw(kind: keyof EventDisorder): boolean {
    return this.#options.random() < this.#options.disorder[kind];
  }
}

/** Norce takes "20x" for received. */
function isReceived(status: number): boolean {
  return status >= 200 && status < 210;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function checkTarget(type: string, { url, headers = {} }: WebhookTarget): void {
  const isWeb = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (!isWeb)
    throw new ConnectError('WEBHOOK_ADDRESS_INVALID', `The address for ${type} is no HTTP address.`);
  try {
    new Headers(headers);
  } catch (cause) {
    const message = `The headers for ${type} cannot be sent.`;
    throw new ConnectError('WEBHOOK_ADDRESS_INVALID', message, { cause });
  }
}
