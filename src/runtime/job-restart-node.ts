/**
 * The node that has Connect run a finished job again.
 */
import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessageInFlow } from 'node-red';
import { processRegistry } from '../connection/index.ts';
import { asError } from '../errors.ts';
import { restartJob } from '../jobs/index.ts';
import { type NodeProperties, textValue } from './config-values.ts';
import { connectionOf } from './connect-config.ts';
import { forceOf } from './force.ts';
import { handleInput } from './input.ts';
import { type JobIdPlace, jobIdIn, jobIdPlace } from './job-id.ts';
import { withoutOutcome } from './job-message.ts';
import { JobNodeStatus } from './job-node-status.ts';
import { norceOf } from './kept-message.ts';
import type { InputContext } from './received-message.ts';
import { servicesOf } from './services.ts';

class JobRestartNode {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #connectionId: string;
  readonly #status: JobNodeStatus;
  #place: JobIdPlace | undefined;
  #problem: Error | undefined;

  constructor(RED: NodeAPI, node: Node, properties: NodeProperties) {
    this.#RED = RED;
    this.#node = node;
    this.#connectionId = textValue(properties, 'connection');
    this.#status = new JobNodeStatus(RED, node);
    try {
      this.#place = jobIdPlace(properties);
    } catch (thrown) {
      this.#problem = asError(thrown);
      this.#status.failed(this.#problem);
    }
    handleInput(RED, node, (message, context) => this.#handle(message, context));
    node.on('close', () => this.#status.close());
  }

  async #handle(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    try {
      await this.#restart(message, context);
    } catch (thrown) {
      this.#status.failed(asError(thrown));
      throw thrown;
    }
  }

  async #restart(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    if (this.#place === undefined) throw this.#problem;
    const given = norceOf(message as object as Record<string, unknown>);
    const { connection } = connectionOf(this.#RED, this.#connectionId);
    const jobId = await jobIdIn(this.#RED, this.#node, this.#place, message);
    const job = await restartJob(connection, jobId, {
      ...servicesOf(this.#RED),
      clock: processRegistry().clock,
      force: forceOf(given),
      signal: context.signal,
    });
    const { force: _force, ...rest } = withoutOutcome(given);
    const norce = {
      ...rest,
      ...(job.import === null ? {} : { import: job.import }),
      jobId: job.jobId,
      restartOf: jobId,
      run: job.run,
    };
    context.send([{ ...message, norce }]);
    this.#status.restarted(job.jobId);
  }
}

/** Registers the node norce-job-restart. */
export const jobRestartNode: NodeInitializer = (RED) => {
  RED.nodes.registerType('norce-job-restart', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    new JobRestartNode(RED, this, definition as unknown as NodeProperties);
  });
};
