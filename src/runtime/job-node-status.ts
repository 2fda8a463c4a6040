/**
 * What the nodes about jobs show under themselves.
 */
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { ConnectError } from '../errors.ts';
import { type JobOutcome, type JobState, resultOf, statusName } from '../jobs/index.ts';
import { duration, Status } from './status.ts';

/** Longest error code that fits under a node. */
const longestCode = 24;

/** A job that runs. */
export interface RunningJob {
  readonly state: JobState;
  /** When it was asked for, in milliseconds since 1970. */
  readonly since: number;
}

/** Status of a job node. Texts come from the node's own catalogue. */
export class JobNodeStatus {
  readonly #RED: NodeAPI;
  readonly #status: Status;
  readonly #type: string;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#status = new Status(node);
    this.#type = node.type;
  }

  /** Jobs are waited for; the last one that Connect said something of. */
  waiting(count: number, job: RunningJob | undefined): void {
    if (job === undefined) {
      this.#show('blue', 'ring', 'waiting', { count });
      return;
    }
    const time = duration(Math.max(0, Date.now() - job.since));
    this.#show('blue', 'dot', 'running', { count, state: this.#stateName(job.state.status), time });
  }

  /** A job that was waited for has ended; so many are still waited for. */
  ended({ jobId, result, state }: JobOutcome, stillWaiting: number): void {
    const fail = state?.fail ?? 0;
    const rest = stillWaiting > 0 ? ` (${stillWaiting})` : '';
    if (result === 'succeeded' && fail > 0) this.#show('yellow', 'dot', 'partly', { jobId, fail }, rest);
    else if (result === 'succeeded') this.#show('green', 'dot', 'succeeded', { jobId }, rest);
    else this.#show('red', 'dot', result, { jobId }, rest);
  }

  /** A job as Connect shows it now. */
  state(state: JobState): void {
    const result = resultOf(state);
    const fill = result === undefined ? 'blue' : result === 'succeeded' ? 'green' : 'red';
    this.#show(fill, 'dot', 'state', { jobId: state.jobId, state: this.#stateName(state.status) });
  }

  /** So many jobs or rows were read. */
  listed(count: number): void {
    this.#show('grey', 'dot', 'listed', { count });
  }

  /** A job was restarted. */
  restarted(jobId: string): void {
    this.#show('green', 'dot', 'restarted', { jobId });
  }

  /** There is no job to wait for, because nothing was sent. */
  dryRun(): void {
    this.#show('grey', 'ring', 'dryRun', {});
  }

  failed(error: Error): void {
    const code = error instanceof ConnectError ? error.code : 'UNEXPECTED';
    this.#show('red', 'dot', 'error', { code: code.slice(0, longestCode) });
  }

  close(): void {
    this.#status.close();
  }

  #stateName(status: number | undefined): string {
    const name = statusName(status).replaceAll(' ', '-');
    return this.#RED._(`${this.#type}.states.${name}`);
  }

  #show(
    fill: NonNullable<NodeStatus['fill']>,
    shape: NonNullable<NodeStatus['shape']>,
    key: string,
    values: object,
    rest = '',
  ): void {
    const text = this.#RED._(`${this.#type}.status.${key}`, values as Record<string, string>);
    this.#status.show({ fill, shape, text: `${text}${rest}` });
  }
}
