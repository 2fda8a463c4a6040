/**
 * A small Connect with a token endpoint: counts strictly in a rolling window at the moment of arrival, and answers
 * as a test tells it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** How the server behaves; a test may change any of it at any time. */
export interface Behaviour {
  /** Answers a token request; the default grants. */
  token: (form: URLSearchParams, response: ServerResponse) => void;
  /** Answers a call to Connect that carries a known token; the default is 200. */
  connect: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void | Promise<void>;
  /** Seconds. */
  tokenLife: number;
}

export class ConnectServer {
  readonly behaviour: Behaviour;
  /** Tokens granted, the newest last. */
  readonly tokens: string[] = [];
  /** Token requests, whatever they were answered. */
  tokenRequests = 0;
  /** Times of arrival of calls to Connect. */
  readonly arrivals: number[] = [];
  /** Calls that came while the window was full. */
  overLimit = 0;
  readonly #window: number;
  readonly #limit: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #scheme: 'http' | 'https';

  /** @param tls makes it an HTTPS server */
  constructor({
    window = 60_000,
    limit = 60,
    tls,
  }: { window?: number; limit?: number; tls?: ServerOptions } = {}) {
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#window = window;
    this.#limit = limit;
    this.behaviour = {
      tokenLife: 3600,
      token: (_form, response) => this.grant(response),
      connect: (_request, _body, response) => void response.end('{"JobId":"1"}'),
    };
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get addresses() {
    return { connectUrl: `${this.origin}/connect/4.0`, tokenUrl: `${this.origin}/token` };
  }

  grant(response: ServerResponse): void {
    const token = `token-${this.tokens.length + 1}-${Math.random().toString(36).slice(2)}`;
    this.tokens.push(token);
    const { tokenLife } = this.behaviour;
    answerJson(response, 200, { access_token: token, token_type: 'Bearer', expires_in: tokenLife });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isToken = request.url?.startsWith('/token') === true;
    if (!isToken && !this.#count()) {
      answerJson(response, 429, {});
      request.resume();
      return;
    }
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The client went away: there is nobody to answer.
      return;
    }
    const body = Buffer.concat(chunks);
    if (isToken) {
      this.tokenRequests += 1;
      this.behaviour.token(new URLSearchParams(body.toString()), response);
    } else {
      await this.behaviour.connect(request, body, response);
    }
  }

  #count(): boolean {
    const now = performance.now();
    const inWindow = this.arrivals.filter((time) => time > now - this.#window).length;
    this.arrivals.push(now);
    if (inWindow < this.#limit) return true;
    this.overLimit += 1;
    return false;
  }
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
