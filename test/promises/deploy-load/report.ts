/**
 * What the Node-RED under load tells the one who judges it.
 */

/** A message that an import node took. */
export interface Handed {
  readonly number: number;
  readonly node: string;
}

/** One word on what became of a message, wherever it was said. */
export interface Told {
  /** Undefined for a line in the log that names no message, or whose node is there and could have been told. */
  readonly number: number | undefined;
  /** `accepted` and `not accepted` are the two ports. */
  readonly by: 'accepted' | 'not accepted' | 'Catch node' | 'log: result' | 'log: error' | 'log: other';
  readonly jobId?: string;
  readonly code?: string;
  readonly outcome?: string;
  /** Part numbers of the items that it is about; a line in the log only counts them. */
  readonly parts?: readonly string[];
  readonly count?: number;
  /** Of a line in the log. */
  readonly text?: string;
}

/** Numbers by what they count. */
export type Counts = Readonly<Record<string, number>>;

/** What the process holds at a quiet moment, after garbage collection. */
export interface Holdings {
  /** What keeps its event loop alive, by type: sockets, servers, timers. */
  readonly resources: Counts;
  /** Listeners on `process`, by event. */
  readonly processListeners: Counts;
  /** Listeners on Node-RED's events, by event. */
  readonly nodeRedListeners: Counts;
  /** Objects on the heap, by class. */
  readonly objects: Counts;
  /** Slots taken and calls in line, by connection. */
  readonly slots: Counts;
  readonly waiting: Counts;
  /** Bytes. */
  readonly heap: number;
}

/** Everything that has happened since it was last asked for. */
export interface Records {
  readonly handed: readonly Handed[];
  readonly told: readonly Told[];
}

/** What the process is started with. */
export interface LoadTask {
  /** Node-RED's user folder, with the package in it. */
  readonly folder: string;
  /** Milliseconds that stand for a minute. */
  readonly minute: number;
  /** Import nodes that messages are handed to. */
  readonly receivers: readonly string[];
  /** Milliseconds between two messages. */
  readonly pause: number;
  readonly itemsPerMessage: number;
}

/** What may be asked of the process. */
export interface Questions {
  /** How many times the flows have started. */
  starts(): Promise<number>;
  /** Hands over messages, at a steady pace, until {@link rest}. */
  work(): Promise<void>;
  rest(): Promise<void>;
  /** Resolves when nothing waits or is under way and the last window is over, or after the given milliseconds. */
  quiet(most: number): Promise<void>;
  holdings(): Promise<Holdings>;
  records(): Promise<Records>;
}

/** The part number of one item of one message; no two are the same. */
export function partNumber(message: number, item: number): string {
  return `${message}.${item}`;
}
