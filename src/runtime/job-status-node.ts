/**
 * The node that tells how jobs ended, or what Connect says of them now.
 */
import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessageInFlow } from 'node-red';
import type { Connection } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { getJob, getJobLog, type JobState, listJobs, outcomeOf, resultOf } from '../jobs/index.ts';
import type { DueWait, FollowedJob, Wait } from '../store/index.ts';
import { choiceValue, integerValue, type NodeProperties, textValue } from './config-values.ts';
import { connectionOf } from './connect-config.ts';
import { availability, watchDeploys } from './deploy.ts';
import { handleInput } from './input.ts';
import { type JobIdPlace, jobIdIn, jobIdPlace } from './job-id.ts';
import { outcomeProperties, problemsOf, stateProperties, withoutOutcome } from './job-message.ts';
import { JobNodeStatus } from './job-node-status.ts';
import { keptMessage, norceOf, restoredMessage } from './kept-message.ts';
import type { InputContext, Ports } from './received-message.ts';
import { type Services, servicesOf } from './services.ts';

/** What the node does with a message. The first one counts where a flow names none. */
const modes = ['wait', 'read', 'log', 'list'] as const;

/** In minutes: a year. */
const longestLimit = 525_600;

interface JobStatusSettings {
  readonly mode: (typeof modes)[number];
  readonly jobId: JobIdPlace;
  /** Milliseconds after which a wait is given up; null for never. */
  readonly limit: number | null;
}

function settingsOf(properties: NodeProperties): JobStatusSettings {
  const minutes = integerValue(properties, 'limit', 1, longestLimit);
  return {
    mode: choiceValue(properties, 'mode', modes),
    jobId: jobIdPlace(properties),
    limit: minutes === undefined ? null : minutes * 60_000,
  };
}

class JobStatusNode {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #connectionId: string;
  readonly #status: JobNodeStatus;
  /** Waits that are not over, for progress and status. */
  readonly #waits = new Map<number, Wait>();
  #settings: JobStatusSettings | undefined;
  #problem: Error | undefined;

  constructor(RED: NodeAPI, node: Node, properties: NodeProperties) {
    this.#RED = RED;
    this.#node = node;
    this.#connectionId = textValue(properties, 'connection');
    this.#status = new JobNodeStatus(RED, node);
    try {
      this.#settings = settingsOf(properties);
      this.#listen(servicesOf(RED));
    } catch (thrown) {
      this.#problem = asError(thrown);
      this.#status.failed(this.#problem);
    }
    handleInput(RED, node, (message, context) => this.#handle(message, context));
    node.on('close', () => this.#status.close());
  }

  /** Whatever the mode: waits of a former setting are still told. */
  #listen({ store, tracker }: Services): void {
    watchDeploys(this.#RED);
    const detach = tracker.waits.attach(this.#node.id, {
      availability: () => availability(this.#RED),
      take: (due, isRepeated) => this.#tell(due, isRepeated),
      trouble: (error) => this.#status.failed(error),
    });
    const stopListening = tracker.listen({ progress: (job, state) => this.#tellProgress(job, state) });
    this.#node.on('close', () => {
      detach();
      stopListening();
    });
    store.waits.pending(this.#node.id, Date.now()).then(
      (waits) => {
        for (const wait of waits) this.#waits.set(wait.id, wait);
        if (waits.length > 0) this.#status.waiting(waits.length, undefined);
      },
      (thrown: unknown) => this.#status.failed(asError(thrown)),
    );
  }

  async #handle(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    try {
      await this.#answer(message, context);
    } catch (thrown) {
      this.#status.failed(asError(thrown));
      throw thrown;
    }
  }

  async #answer(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    if (this.#settings === undefined || this.#problem !== undefined) throw this.#problem;
    const { mode, jobId: place } = this.#settings;
    if (norceOf(message as object as Record<string, unknown>).dryRun === true) {
      this.#status.dryRun();
      return;
    }
    const { connection } = connectionOf(this.#RED, this.#connectionId);
    if (mode === 'list') {
      const jobs = await listJobs(connection, { priority: 'polls', signal: context.signal });
      this.#send(context, message, 0, jobs.map(stateProperties), {});
      this.#status.listed(jobs.length);
      return;
    }
    const jobId = await jobIdIn(this.#RED, this.#node, place, message);
    if (mode === 'wait') await this.#wait(connection, jobId, message);
    else if (mode === 'read') await this.#read(connection, jobId, message, context);
    else await this.#readLog(connection, jobId, message, context);
  }

  async #wait(connection: Connection, jobId: string, message: NodeMessageInFlow): Promise<void> {
    const limit = this.#settings?.limit ?? null;
    const wait = await servicesOf(this.#RED).tracker.wait({
      scope: connection.scope,
      jobId,
      nodeId: this.#node.id,
      message: keptMessage(message),
      limitAt: limit === null ? null : Date.now() + limit,
    });
    this.#waits.set(wait.id, wait);
    this.#status.waiting(this.#waits.size, undefined);
  }

  async #read(
    connection: Connection,
    jobId: string,
    message: NodeMessageInFlow,
    context: InputContext,
  ): Promise<void> {
    const state = await orNotFound(jobId, () =>
      getJob(connection, jobId, { priority: 'polls', signal: context.signal }),
    );
    const result = resultOf(state);
    const port = result === undefined ? 2 : result === 'succeeded' ? 0 : 1;
    const properties = stateProperties(state);
    this.#send(context, message, port, properties, properties);
    this.#status.state(state);
  }

  async #readLog(
    connection: Connection,
    jobId: string,
    message: NodeMessageInFlow,
    context: InputContext,
  ): Promise<void> {
    const rows = await orNotFound(jobId, () =>
      getJobLog(connection, jobId, { priority: 'polls', signal: context.signal }),
    );
    this.#send(context, message, 0, rows, { jobId });
    this.#status.listed(rows.length);
  }

  #send(
    context: InputContext,
    message: NodeMessageInFlow,
    port: 0 | 1 | 2,
    payload: unknown,
    properties: object,
  ): void {
    const given = norceOf(message as object as Record<string, unknown>);
    const norce = { ...withoutOutcome(given), ...properties };
    context.send(atPort(port, { ...message, payload, norce }));
  }

  #tell(due: DueWait, isRepeated: boolean): void {
    this.#waits.delete(due.id);
    const { properties, notKept } = restoredMessage(due.message);
    const kept = notKept.length === 0 ? {} : { notKept };
    if (due.job === null) {
      this.#tellLimit(due, properties);
      return;
    }
    const outcome = outcomeOf(due.job);
    const given = withoutOutcome(norceOf(properties));
    const norce = { ...given, ...outcomeProperties(outcome, isRepeated), ...kept };
    const message = { ...properties, payload: problemsOf(outcome), norce };
    this.#node.send(atPort(outcome.result === 'succeeded' ? 0 : 1, message));
    this.#status.ended(outcome, this.#waits.size);
  }

  #tellLimit({ jobId, since, limitAt }: DueWait, properties: Readonly<Record<string, unknown>>): void {
    // The node may have been given another limit since.
    const minutes = Math.round(((limitAt ?? since) - since) / 60_000);
    const text = `Job ${jobId} has not ended within ${minutes} min. It goes on; wait for it again to learn how it ends.`;
    const error = new ConnectError('JOB_WAIT_LIMIT', text, { details: { jobId } });
    const norce = { ...withoutOutcome(norceOf(properties)), jobId };
    this.#node.error(error, { ...properties, norce } as object as NodeMessageInFlow);
    this.#status.failed(error);
  }

  #tellProgress(job: FollowedJob, state: JobState): void {
    // Progress is worth nothing later.
    if (availability(this.#RED) !== 'open') return;
    for (const wait of this.#waits.values()) {
      if (wait.scope !== job.scope || wait.jobId !== job.jobId) continue;
      const { properties } = restoredMessage(wait.message);
      const payload = stateProperties(state);
      const norce = { ...withoutOutcome(norceOf(properties)), ...payload };
      this.#node.send(atPort(2, { ...properties, payload, norce }));
      this.#status.waiting(this.#waits.size, { state, since: wait.since });
    }
  }
}

function atPort(port: 0 | 1 | 2, message: Record<string, unknown>): Ports {
  return [0, 1, 2].map((each) => (each === port ? message : null));
}

async function orNotFound<T>(jobId: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof ConnectError) || thrown.code !== 'NOT_FOUND') throw thrown;
    throw new ConnectError('JOB_NOT_FOUND', `Connect does not know job ${jobId}, or no longer.`, {
      details: { jobId },
    });
  }
}

/** Registers the node norce-job-status. */
export const jobStatusNode: NodeInitializer = (RED) => {
  RED.nodes.registerType('norce-job-status', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    new JobStatusNode(RED, this, definition as unknown as NodeProperties);
  });
};
