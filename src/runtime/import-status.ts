/**
 * What an import node shows under itself: what is under way, and how the last message ended.
 */
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { Progress } from '../connection/index.ts';
import { ConnectError } from '../errors.ts';
import type { Prepared } from '../prepare/index.ts';
import type { BatchSummary } from '../sending/index.ts';
import { duration, Status } from './status.ts';

/** Longest error code that fits under a node. */
const longestCode = 24;

/** Status of an import node. Texts come from the node's own catalogue. */
export class ImportStatus {
  readonly #RED: NodeAPI;
  readonly #status: Status;
  readonly #type: string;
  #underWay = 0;
  #last: NodeStatus = {};

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#status = new Status(node);
    this.#type = node.type;
  }

  /** A message has come in. */
  begin(): void {
    this.#underWay++;
    this.#show('blue', 'dot', 'preparing', {});
  }

  /** It has ended, one way or the other. */
  end(): void {
    const hadOthers = this.#underWay > 1;
    this.#underWay--;
    if (hadOthers) this.#refresh();
  }

  progress(progress: Progress): void {
    switch (progress.kind) {
      case 'waiting':
        this.#show('yellow', 'ring', 'waiting', {
          place: progress.place,
          time: duration(progress.expectedWait),
        });
        return;
      case 'sending':
        this.#show('blue', 'dot', 'sending', {});
        return;
      case 'retrying':
        this.#show('yellow', 'dot', 'retrying', {
          time: duration(progress.delay),
        });
    }
  }

  accepted(jobId: string): void {
    this.#show('green', 'dot', 'accepted', { jobId });
  }

  /** Everything was done but the sending. */
  dryRun(): void {
    this.#show('grey', 'ring', 'dryRun', {});
  }

  failed(error: Error): void {
    const code = error instanceof ConnectError ? error.code : 'UNEXPECTED';
    this.#show('red', 'dot', 'failed', { code: code.slice(0, longestCode) });
  }

  /** The last word on a message of which nothing failed. */
  finished({ requests, rejected }: Prepared, failure: ConnectError | undefined): void {
    if (failure !== undefined) return;
    if (rejected.length > 0) this.#show('yellow', 'ring', 'rejected', { count: rejected.length });
    else if (requests.length === 0) this.#show('grey', 'ring', 'nothing', {});
  }

  /** A batch came in, and was left where it is. */
  batchInDryRun(): void {
    this.#show('grey', 'ring', 'batchInDryRun', {});
  }

  /** All jobs of a batch have ended. What failed of it is kept by its accumulator. */
  batchEnded({ failed }: BatchSummary): void {
    if (failed > 0) this.#show('red', 'ring', 'batchFailed', { count: failed });
    else this.#show('green', 'ring', 'batchReleased', {});
  }

  close(): void {
    this.#status.close();
  }

  #show(
    fill: NonNullable<NodeStatus['fill']>,
    shape: NonNullable<NodeStatus['shape']>,
    key: string,
    values: object,
  ): void {
    const text = this.#RED._(`${this.#type}.status.${key}`, values as Record<string, string>);
    this.#last = { fill, shape, text };
    this.#refresh();
  }

  /** Shows the last text with the number of messages that are under way now. */
  #refresh(): void {
    const others = this.#underWay > 1 ? ` (${this.#underWay})` : '';
    this.#status.show({ ...this.#last, text: `${this.#last.text}${others}` });
  }
}
