/**
 * The one core behind the nine import nodes: items in, jobs and what was not sent out.
 */
import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessageInFlow } from 'node-red';
import { type Progress, processRegistry } from '../connection/index.ts';
import type { ImportName } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import {
  type Preparation,
  type Prepared,
  type PreparedRequest,
  preparation,
  prepare,
} from '../prepare/index.ts';
import {
  type AcceptedRequest,
  type FailedItems,
  jobEnds,
  type Ledger,
  sendRequests,
} from '../sending/index.ts';
import type { NodeProperties } from './config-values.ts';
import { connectionOf } from './connect-config.ts';
import { type ImportSettings, importSettings, messageOptions, messageWishes } from './import-settings.ts';
import { ImportStatus } from './import-status.ts';
import { handleInput, type InputContext } from './input.ts';
import { servicesOf } from './services.ts';

interface ImportDefinition extends NodeDef {
  readonly connection: string;
}

/** Most rejected items whose reasons a warning in the log repeats. */
const mostNamed = 3;

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
    this.#status.begin();
    try {
      await this.#importItems(message, context);
    } catch (thrown) {
      this.#status.failed(asError(thrown));
      throw thrown;
    } finally {
      this.#status.end();
    }
  }

  async #importItems(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    if (this.#settings === undefined) throw this.#problem;
    const { connection, dryRun, ...limits } = connectionOf(this.#RED, this.#connectionId);
    const plan = preparation(messageOptions(this.#settings, limits, message.norce));
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
    if (prepared.refusal !== undefined) {
      out.refused(payload, prepared, prepared.refusal);
      throw prepared.refusal;
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
    const hasListener = ((this.#node as Node & { wires?: string[][] }).wires?.[1]?.length ?? 0) > 0;
    if (rejected.length === 0 || hasListener) return;
    const reasons = rejected
      .slice(0, mostNamed)
      .map(({ index, errors }) => `item ${index}${errors[0]?.path ?? ''}: ${errors[0]?.message ?? ''}`);
    this.#node.warn(
      `${rejected.length} items were not sent, and nothing is wired to the second port. ${reasons.join(' ')}`,
    );
  }
}

/** Makes the messages that leave a node for one that came in. */
class Outputs {
  readonly #RED: NodeAPI;
  readonly #import: ImportName;
  readonly #rest: Record<string, unknown>;
  readonly #wishes: Record<string, unknown>;
  readonly #context: InputContext;

  constructor(RED: NodeAPI, name: ImportName, message: NodeMessageInFlow, context: InputContext) {
    const { payload: _payload, norce, ...rest } = message;
    this.#RED = RED;
    this.#import = name;
    this.#rest = rest;
    this.#wishes = messageWishes(norce);
    this.#context = context;
  }

  accepted(
    { request, jobId, validation, attempts, perhapsReceivedBefore, unfollowed }: AcceptedRequest,
    { warnings }: Prepared,
  ): void {
    const payload = request.items.map((item) => item.record);
    this.#send(0, payload, {
      jobId,
      items: request.items.length,
      header: request.header,
      attempts,
      ...(validation === undefined ? {} : { validation }),
      ...(perhapsReceivedBefore ? { perhapsReceivedBefore } : {}),
      ...(unfollowed === undefined ? {} : { unfollowed: unfollowed.message }),
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  }

  /** What a dry run would have sent. */
  unsent({ items, header, stage }: PreparedRequest, { warnings }: Prepared): void {
    const payload = items.map((item) => item.record);
    this.#send(0, payload, {
      dryRun: true,
      items: items.length,
      header,
      stage,
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  }

  /** @param fullFile Whether the items came as a full feed. */
  failed({ items, header, error, outcome, stage }: FailedItems, fullFile: boolean): void {
    const payload = items.map((item) => item.whole);
    this.#sendBack(payload, {
      code: error.code,
      message: error.message,
      outcome,
      items: items.length,
      ...(header === undefined ? {} : { header }),
      // Fields that follow a full feed are not the whole of it: sent again as one they would deactivate the rest.
      ...(fullFile && stage > 0 ? { fullFile: false } : {}),
    });
  }

  rejected({ rejected }: Prepared): void {
    const message = `${rejected.length} items cannot be sent.`;
    this.#sendBack(
      rejected.map(({ item }) => item),
      {
        code: 'ITEMS_REJECTED',
        message,
        outcome: 'not sent',
        items: rejected.length,
        rejected: reasons(rejected),
      },
    );
  }

  refused(payload: unknown, { rejected }: Prepared, { code, message }: ConnectError): void {
    const items = Array.isArray(payload) ? payload.length : 0;
    this.#sendBack(payload, { code, message, outcome: 'not sent', items, rejected: reasons(rejected) });
  }

  /** A wire may lead back to the node, so the message must ask for what it asked for before. */
  #sendBack(payload: unknown, norce: Record<string, unknown>): void {
    this.#send(1, payload, { ...this.#wishes, ...norce });
  }

  #send(port: 0 | 1, payload: unknown, norce: Record<string, unknown>): void {
    const message = { ...this.#ownRest(), payload, norce: { import: this.#import, ...norce } };
    this.#context.send(port === 0 ? [message, null] : [null, message]);
  }

  /** Other properties for one message alone: later nodes change what they get. */
  #ownRest(): Record<string, unknown> {
    try {
      return this.#RED.util.cloneMessage(this.#rest);
    } catch {
      // A getter inside them throws. The result of a request matters more than whose they are.
      return this.#rest;
    }
  }
}

function reasons(rejected: Prepared['rejected']): Record<string, unknown>[] {
  return rejected.map(({ index, key, errors }) => ({ index, ...(key === undefined ? {} : { key }), errors }));
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
