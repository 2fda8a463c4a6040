/**
 * The node that collects changes on disk and gives them out as batches.
 */
import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessageInFlow } from 'node-red';
import type { Accumulator, AccumulatorListener, AccumulatorSettings, Added } from '../accumulator/index.ts';
import type { ImportName } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { BatchOffer, BatchSummary } from '../sending/index.ts';
import { watchAbandonedCollections } from './abandoned-collections.ts';
import {
  type Control,
  controlNames,
  controlOf,
  feedMessageOf,
  feedNames,
  itemsOf,
  refuseResetWithItems,
} from './accumulator-control.ts';
import {
  type AccumulatorProperties,
  accumulatorProperties,
  accumulatorSettings,
  isFullFeed,
} from './accumulator-settings.ts';
import { AccumulatorStatus } from './accumulator-status.ts';
import { type NodeProperties, textValue } from './config-values.ts';
import { connectionOf } from './connect-config.ts';
import { availability, watchDeploys } from './deploy.ts';
import { messageWishes } from './import-settings.ts';
import { handleInput } from './input.ts';
import type { InputContext } from './received-message.ts';
import { ownCopy, rejectedProperties, warnUnlessWired } from './rejected-items.ts';
import { servicesOf } from './services.ts';

/** An accumulator at work, and what it was set to. */
interface Attached {
  readonly accumulator: Accumulator;
  readonly properties: AccumulatorProperties;
  readonly options: AccumulatorSettings['options'];
}

class AccumulatorNode {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #definition: NodeProperties;
  readonly #status: AccumulatorStatus;
  /** The last warning of each code. */
  readonly #warned = new Map<string, string>();
  #attached: Attached | undefined;

  constructor(RED: NodeAPI, node: Node, definition: NodeProperties) {
    this.#RED = RED;
    this.#node = node;
    this.#definition = definition;
    this.#status = new AccumulatorStatus(RED, node);
    watchDeploys(RED);
    handleInput(RED, node, (message, context) => this.#handle(message, context));
    node.on('close', () => {
      this.#attached?.accumulator.detach();
      this.#status.close();
    });
    try {
      this.#attach();
    } catch (thrown) {
      const error = asError(thrown);
      this.#status.failed(error);
      // No message may ever come to be refused: what waits from before would lie there unseen.
      node.error(error.message);
    }
  }

  /**
   * The accumulator, set to work where it is not yet. What stood in the way may have gone: the other node that kept
   * the collection, or a connection that lacked something.
   */
  #attach(): Attached {
    if (this.#attached !== undefined) return this.#attached;
    const properties = accumulatorProperties(this.#definition);
    const connection = connectionOf(this.#RED, textValue(this.#definition, 'connection'));
    const settings = accumulatorSettings(properties, connection);
    const accumulator = servicesOf(this.#RED).accumulators.attach(settings, this.#listener());
    this.#attached = { accumulator, properties, options: settings.options };
    return this.#attached;
  }

  #listener(): AccumulatorListener {
    return {
      availability: () => availability(this.#RED),
      batch: (offer) => this.#offer(offer),
      outcome: (outcome, isRepeated) => this.#tell(outcome, isRepeated),
      changed: (state) => this.#status.changed(state),
      warning: (code, message) => this.#warn(code, message),
    };
  }

  #handle(message: NodeMessageInFlow, context: InputContext): Promise<void> {
    try {
      return this.#take(message, context).then(this.#taken, this.#failed);
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  readonly #taken = (): void => this.#status.taken();

  readonly #failed = (thrown: unknown): never => {
    this.#status.failed(asError(thrown));
    throw thrown;
  };

  #take(message: NodeMessageInFlow, context: InputContext): Promise<unknown> {
    const { accumulator, properties, options } = this.#attach();
    // Everything is checked before anything is done.
    const given = message as unknown as Record<string, unknown>;
    const control = controlOf(given, properties.import.fullFile !== 'no');
    const isFull = isFullFeed(properties.import, options, message.norce);
    const place = isFull ? feedMessageOf(given) : undefined;
    const isStep = place?.begins === true || place?.completes === true;
    const items = itemsOf(message.payload, control !== undefined || isStep);
    refuseResetWithItems(control, isStep || (items ?? []).length > 0);
    const carryOut = () => control && this.#carryOut(control, accumulator);
    // At once: what comes after a reset is not thrown away with what came before it.
    const isControl = control?.reset !== undefined || (items === undefined && !isStep);
    if (isControl) return carryOut() ?? Promise.resolve();
    const whenAdded = ({ rejected }: Added) => {
      const ownNames = isFull ? [...controlNames, ...feedNames] : controlNames;
      if (rejected.length > 0) this.#reject(rejected, properties.import.import, message, context, ownNames);
      return carryOut();
    };
    if (place === undefined) return accumulator.add(items ?? [], whenAdded);
    return accumulator.collect(items ?? [], place).then(whenAdded);
  }

  #reject(
    rejected: Added['rejected'],
    importName: ImportName,
    message: NodeMessageInFlow,
    context: InputContext,
    ownNames: readonly string[],
  ): void {
    warnUnlessWired(this.#node, rejected);
    const { payload: _payload, norce, ...rest } = message as unknown as Record<string, unknown>;
    for (const name of ownNames) delete rest[name];
    const out = {
      ...ownCopy(this.#RED, rest),
      payload: rejected.map(({ item }) => item),
      // A wire may lead back here: the message asks for what it asked for before.
      norce: { import: importName, ...messageWishes(norce), ...rejectedProperties(rejected) },
    };
    context.send([null, out, null]);
  }

  async #carryOut({ reset, requeue, flush, confirm }: Control, accumulator: Accumulator): Promise<void> {
    if (confirm) await this.#confirm(accumulator);
    if (reset !== undefined) {
      const count = await accumulator.reset(reset);
      this.#node.log(`A message has had ${count} items thrown away (${reset}).`);
    }
    if (requeue) {
      const { requeued, replaced } = await accumulator.requeue();
      this.#node.log(
        `${requeued} failed items wait again. ${replaced} stay kept, because newer changes have replaced them.`,
      );
    }
    if (flush) await accumulator.flush();
  }

  /** Has the full feeds that are held sent. */
  async #confirm(accumulator: Accumulator): Promise<void> {
    const held = accumulator.state().feeds.filter(({ state }) => state === 'held');
    let confirmed = 0;
    for (const { id } of held) if (await accumulator.confirm(id)) confirmed++;
    if (confirmed > 0) {
      this.#node.log(`A message has had ${confirmed} full feeds sent that were held.`);
      return;
    }
    const reason = held[0]?.hold?.message ?? 'No full feed is held.';
    throw new ConnectError('NOTHING_TO_CONFIRM', `There is nothing that can be confirmed. ${reason}`);
  }

  #offer(batch: BatchOffer): void {
    const message = { topic: batch.import, payload: batch, norce: { batch } };
    this.#node.send([message, null, null] as never);
  }

  #tell(outcome: BatchSummary, isRepeated: boolean): void {
    const { batch, result } = outcome;
    const norce = { batch, result, ...(isRepeated ? { repeated: true } : {}) };
    this.#node.send([null, null, { topic: batch.import, payload: outcome, norce }] as never);
  }

  /** What is tried again and again is said once. */
  #warn(code: string, message: string): void {
    if (this.#warned.get(code) === message) return;
    this.#warned.set(code, message);
    this.#node.warn(`${message} (${code})`);
  }
}

/** Registers the node norce-accumulator. */
export const accumulatorNode: NodeInitializer = (RED) => {
  watchAbandonedCollections(RED);
  RED.nodes.registerType('norce-accumulator', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    new AccumulatorNode(RED, this, definition as unknown as NodeProperties);
  });
};
