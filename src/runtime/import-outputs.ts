/**
 * What leaves an import node: a message for each request that Connect took, and what was not sent.
 */
import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { ImportName } from '../contract/index.ts';
import type { ConnectError } from '../errors.ts';
import type { Prepared, PreparedRequest } from '../prepare/index.ts';
import type { AcceptedBatchRequest, AcceptedRequest, BatchOffer, FailedItems } from '../sending/index.ts';
import { acceptedProperties } from './batch-input.ts';
import { messageWishes } from './import-settings.ts';
import type { InputContext } from './received-message.ts';
import { ownCopy, reasonsOf, rejectedProperties } from './rejected-items.ts';

/** Makes the messages that leave a node for one that came in. */
export class Outputs {
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

  acceptedOfBatch(accepted: AcceptedBatchRequest, batch: BatchOffer): void {
    this.#send(0, batch, acceptedProperties(accepted, batch));
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
    this.#sendBack(
      rejected.map(({ item }) => item),
      rejectedProperties(rejected),
    );
  }

  refused(payload: unknown, { rejected }: Prepared, { code, message }: ConnectError): void {
    const items = Array.isArray(payload) ? payload.length : 0;
    this.#sendBack(payload, { code, message, outcome: 'not sent', items, rejected: reasonsOf(rejected) });
  }

  /** A wire may lead back to the node, so the message must ask for what it asked for before. */
  #sendBack(payload: unknown, norce: Record<string, unknown>): void {
    this.#send(1, payload, { ...this.#wishes, ...norce });
  }

  #send(port: 0 | 1, payload: unknown, norce: Record<string, unknown>): void {
    const message = { ...ownCopy(this.#RED, this.#rest), payload, norce: { import: this.#import, ...norce } };
    this.#context.send(port === 0 ? [message, null] : [null, message]);
  }
}
