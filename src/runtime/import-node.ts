/**
 * The one core behind the nine import nodes: items in, jobs and what was not sent out.
 */
import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessageInFlow } from 'node-red';
import { type Connection, type Progress, processRegistry } from '../connection/index.ts';
import type { ImportName } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { type Preparation, type Prepared, preparation, prepare } from '../prepare/index.ts';
import {
  type BatchListener,
  type BatchOffer,
  type BatchSummary,
  jobEnds,
  type Ledger,
  sendRequests,
  shrunkenFeed,
} from '../sending/index.ts';
import { batchFailure, batchOf } from './batch-input.ts';
import type { NodeProperties } from './config-values.ts';
import { connectionOf } from './connect-config.ts';
import { isStopping } from './deploy.ts';
import { forceOf } from './force.ts';
import { Outputs } from './import-outputs.ts';
import { type ImportSettings, importSettings, messageOptions } from './import-settings.ts';
import { ImportStatus } from './import-status.ts';
import { handleInput } from './input.ts';
import type { InputContext } from './received-message.ts';
import { warnUnlessWired } from './rejected-items.ts';
import { servicesOf } from './services.ts';

interface ImportDefinition extends NodeDef {
  readonly connection: string;
}

/** What each import node shows. */
const statuses = new WeakMap<Node, ImportStatus>();

class ImportNode {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #connectionId: string;
  readonly #import: ImportName;
  readonly #status: ImportStatus;
  readonly #warned = new Set<string>();
  #settings: ImportSettings | undefined;
  #problem: Error | undefined;

  constructor(RED: NodeAPI, node: Node, name: ImportName, definition: ImportDefinition) {
    this.#RED = RED;
    this.#node = node;
    this.#import = name;
    this.#connectionId = definition.connection;
    this.#status = new ImportStatus(RED, node);
    statuses.set(node, this.#status);
    try {
      this.#settings = importSettings(name, definition as unknown as NodeProperties);
    } catch (thrown) {
      this.#problem = asError(thrown);
      this.#status.failed(this.#problem);
    }
    handleInput(RED, node, (message, context) => this.#handle(message, context));
    node.on('close', () => this.#status.close());
  }

  async #handle(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    let failure: ConnectError | undefined;
    this.#status.begin();
    try {
      const batch = batchOf(message.norce);
      if (batch === undefined) await this.#importItems(message, context);
      else failure = await this.#takeBatch(batch, message, context);
    } catch (thrown) {
      this.#status.failed(asError(thrown));
      throw thrown;
    } finally {
      this.#status.end();
    }
    if (failure !== undefined) throw failure;
  }

  async #importItems(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    if (this.#settings === undefined) throw this.#problem;
    const { connection, dryRun, ...limits } = connectionOf(this.#RED, this.#connectionId);
    const plan = preparation(messageOptions(this.#settings, limits, message.norce));
    const isForced = forceOf(message.norce);
    const { payload } = message;
    if (!Array.isArray(payload)) {
      throw new ConnectError(
        'PAYLOAD_NOT_ARRAY',
        `msg.payload must be an array of items, not ${payload === null ? 'null' : typeof payload}. Put a single item into [ ].`,
      );
    }
    const prepared = await prepare(payload, plan);
    const out = new Outputs(this.#RED, this.#import, message, context);
    this.#warn(prepared);
    const refusal = prepared.refusal ?? (isForced ? undefined : await this.#shrunken(prepared, connection));
    if (refusal !== undefined) {
      out.refused(payload, prepared, refusal);
      throw refusal;
    }
    if (prepared.rejected.length > 0) out.rejected(prepared);
    if (dryRun || this.#settings.dryRun) {
      for (const request of prepared.requests) out.unsent(request, prepared);
      this.#status.dryRun();
      return;
    }
    const failure = await this.#send(prepared, plan, connection, context, out);
    this.#status.finished(prepared, failure);
    if (failure !== undefined) throw failure;
  }

  /** Why a full feed is not sent: it has shrunk, or nobody can tell because the store cannot be read. */
  async #shrunken(
    { requests }: Prepared,
    { scope }: Pick<Connection, 'scope'>,
  ): Promise<ConnectError | undefined> {
    try {
      return await shrunkenFeed(requests, {
        store: servicesOf(this.#RED).store,
        scope,
        import: this.#import,
      });
    } catch (thrown) {
      if (thrown instanceof ConnectError) return thrown;
      throw thrown;
    }
  }

  /**
   * Takes a batch of an accumulator and hears how it goes. The process sends it, not the node: after a deploy the node
   * with the same id goes on telling of it, and the message is dealt with when all of its jobs have ended.
   *
   * @returns what says that some of it was not written
   * @throws ConnectError `BATCH_…`, `STORE_…`: nothing was taken
   */
  async #takeBatch(
    batch: BatchOffer,
    message: NodeMessageInFlow,
    context: InputContext,
  ): Promise<ConnectError | undefined> {
    if (this.#settings === undefined) throw this.#problem;
    const { connection, dryRun } = connectionOf(this.#RED, this.#connectionId);
    if (dryRun || this.#settings.dryRun) {
      this.#status.batchInDryRun();
      return undefined;
    }
    const out = new Outputs(this.#RED, this.#import, message, context);
    const taker = {
      scope: connection.scope,
      import: this.#import,
      nodeId: this.#node.id,
      connectionId: this.#connectionId,
    };
    const { sender } = servicesOf(this.#RED);
    const summary = await new Promise<BatchSummary | undefined>((resolve, reject) => {
      // Where Node-RED stops the batch is taken up again at the next start, by another message.
      const stop = () => isStopping(this.#RED) && resolve(undefined);
      context.signal.addEventListener('abort', stop);
      const listener: BatchListener = {
        accepted: (accepted) => {
          out.acceptedOfBatch(accepted, batch);
          this.#shown().accepted(accepted.jobId);
        },
        progress: (progress) => this.#shown().progress(progress),
        ended: resolve,
        warning: (code, text) => this.#node.warn(`${text} (${code})`),
      };
      sender.take(batch.id, taker, listener).catch(reject);
    });
    if (summary === undefined) return undefined;
    this.#shown().batchEnded(summary);
    return batchFailure(summary);
  }

  /** Where to show what becomes of something that outlives the node. */
  #shown(): ImportStatus {
    const node = this.#RED.nodes.getNode(this.#node.id) as Node | null | undefined;
    return (node && statuses.get(node)) ?? this.#status;
  }

  /** Sends the requests; returns the error of the first that failed. */
  async #send(
    prepared: Prepared,
    { options, plan }: Preparation,
    connection: Parameters<typeof sendRequests>[1]['connection'],
    context: InputContext,
    out: Outputs,
  ): Promise<ConnectError | undefined> {
    const ledger: Ledger = { ...servicesOf(this.#RED), clock: processRegistry().clock };
    let failure: ConnectError | undefined;
    await sendRequests(
      prepared.requests,
      {
        connection,
        import: this.#import,
        repeatable: !options.fullFile && !plan.clearsFirst,
        signal: context.signal,
        nodeId: this.#node.id,
        ledger,
        jobEnded: jobEnds(ledger, connection),
      },
      {
        accepted: (accepted) => {
          out.accepted(accepted, prepared);
          this.#status.accepted(accepted.jobId);
        },
        failed: (failed) => {
          failure ??= failed.error;
          out.failed(failed, options.fullFile);
        },
        progress: (progress: Progress) => this.#status.progress(progress),
      },
    );
    return failure;
  }

  #warn({ warnings, rejected }: Prepared): void {
    for (const { code, message, count } of warnings) {
      const text = `${message} (${code}, ${count})`;
      if (this.#warned.has(message)) continue;
      this.#warned.add(message);
      this.#node.warn(text);
    }
    warnUnlessWired(this.#node, rejected);
  }
}

/** The initializer of an import node's type, for its file in nodes/. */
export function importNode(name: ImportName): NodeInitializer {
  return (RED) => {
    RED.nodes.registerType(`norce-${name}`, function (this: Node, definition: ImportDefinition) {
      RED.nodes.createNode(this, definition);
      new ImportNode(RED, this, name, definition);
    });
  };
}
