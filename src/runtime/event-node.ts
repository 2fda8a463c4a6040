/**
 * The node that receives the events that Norce posts: on disk before they are answered, then out as messages.
 */
import type { Node, NodeAPI, NodeDef, NodeInitializer } from 'node-red';
import { type EventType, eventTypes } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { parseJobEvent } from '../jobs/index.ts';
import type { NewEvent, StoredEvent } from '../store/index.ts';
import { choiceValue, invalidProperty, type NodeProperties, textValue } from './config-values.ts';
import { connectionOf } from './connect-config.ts';
import { availability, watchDeploys } from './deploy.ts';
import { servicesOf } from './services.ts';
import { Status } from './status.ts';
import { isWebhookPath, openWebhook, type Webhook } from './webhooks.ts';

interface Credentials {
  readonly secret: string;
}

const jobEvent: EventType = 'JobCompletedEvent';

/** Name of a header, by RFC 9110. */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
/** Shorter ones can be guessed. */
const shortestSecret = 16;

function settingsOf(
  properties: NodeProperties,
  { secret = '' }: Partial<Credentials>,
): Omit<Webhook, 'receive'> {
  const path = `/${textValue(properties, 'path').replace(/^\/+|\/+$/g, '')}`;
  if (!isWebhookPath(path)) throw invalidProperty('path', 'letters, digits, hyphens and slashes are needed.');
  const header = textValue(properties, 'header', 'x-norce-secret').toLowerCase();
  if (!headerName.test(header)) throw invalidProperty('header', 'this is no name of an HTTP header.');
  if (secret.length < shortestSecret) {
    throw invalidProperty('secret', `a secret of at least ${shortestSecret} characters is needed.`);
  }
  return { path, header, secret };
}

class EventNode {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #connectionId: string;
  readonly #status: Status;
  #type: EventType = jobEvent;
  #received = 0;

  constructor(RED: NodeAPI, node: Node<Credentials>, properties: NodeProperties) {
    this.#RED = RED;
    this.#node = node;
    this.#connectionId = textValue(properties, 'connection');
    this.#status = new Status(node);
    node.on('close', () => this.#status.close());
    try {
      this.#type = choiceValue(properties, 'event', eventTypes);
      this.#open(settingsOf(properties, node.credentials ?? {}));
    } catch (thrown) {
      const error = asError(thrown);
      this.#fail(error);
      node.error(error.message);
    }
  }

  #open(settings: Omit<Webhook, 'receive'>): void {
    const { tracker } = servicesOf(this.#RED);
    watchDeploys(this.#RED);
    const detach = tracker.events.attach(this.#node.id, {
      availability: () => availability(this.#RED),
      take: (event, isRepeated) => this.#tell(event, isRepeated),
      trouble: (error) => this.#fail(error),
    });
    this.#node.on('close', detach);
    const shut = openWebhook(this.#RED, { ...settings, receive: (body) => this.#receive(body) });
    this.#node.on('close', shut);
  }

  /** Whoever posted learns of a failure by its status only, so the log and the line under the node say why. */
  async #receive(body: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await this.#store(body);
    } catch (thrown) {
      const error = asError(thrown);
      this.#fail(error);
      this.#node.warn(`An event was not taken: ${error.message}`);
      throw thrown;
    }
  }

  async #store(body: Readonly<Record<string, unknown>>): Promise<void> {
    const { connection } = connectionOf(this.#RED, this.#connectionId);
    const { store, tracker } = servicesOf(this.#RED);
    const { scope } = connection;
    const job = this.#type === jobEvent ? parseJobEvent(body) : undefined;
    const event: NewEvent = {
      scope,
      nodeId: this.#node.id,
      type: this.#type,
      body: JSON.stringify(body),
      ...(job === undefined ? {} : { job }),
    };
    await store.events.add(event, Date.now());
    if (job !== undefined) tracker.announce(scope, job.jobId);
    tracker.events.wake(this.#node.id);
  }

  #tell(event: StoredEvent, isRepeated: boolean): void {
    const norce = {
      event: event.type,
      receivedAt: new Date(event.at).toISOString(),
      ...(event.job === undefined ? {} : { jobId: event.job.jobId }),
      ...(event.isSeenBefore ? { seenBefore: true } : {}),
      ...(isRepeated ? { repeated: true } : {}),
    };
    this.#node.send({ topic: event.type, payload: JSON.parse(event.body), norce } as never);
    this.#received += 1;
    const text = this.#RED._(`${this.#node.type}.status.received`, { count: String(this.#received) });
    this.#status.show({ fill: 'green', shape: 'dot', text });
  }

  #fail(error: Error): void {
    const code = error instanceof ConnectError ? error.code : 'UNEXPECTED';
    const text = this.#RED._(`${this.#node.type}.status.error`, { code });
    this.#status.show({ fill: 'red', shape: 'dot', text });
  }
}

/** Registers the node norce-event. */
export const eventNode: NodeInitializer = (RED) => {
  RED.nodes.registerType(
    'norce-event',
    function (this: Node<Credentials>, definition: NodeDef) {
      RED.nodes.createNode(this, definition);
      new EventNode(RED, this, definition as unknown as NodeProperties);
    },
    { credentials: { secret: { type: 'password' } } },
  );
};
