/**
 * Time as the connection sees it, passed in so that tests can drive it and a simulator can scale it.
 */

/** A source of time. All durations are milliseconds. */
export interface Clock {
  /** Monotonic time: only differences mean anything; setting the machine's clock does not move it. */
  now(): number;
  /** Wall time since 1970, only for dates that a server sent. */
  date(): number;
  /**
   * Calls back once, never early by more than a timer's rounding, and returns what cancels it.
   * `background` timers do not keep the process alive.
   */
  after(delay: number, callback: () => void, background?: boolean): () => void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(delay, callback, background = false) {
    const timer = setTimeout(callback, Math.max(1, Math.ceil(delay)));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Waits, unless the signal ends the wait.
 *
 * @throws the signal's reason
 */
export function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delay, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Waits for a promise that others may share, unless the signal ends the wait; the shared work goes on.
 *
 * @throws the signal's reason, or what the promise rejects with
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
