/**
 * One request to a simulator over a bare socket, so that nothing between smooths over how it ended.
 */
import { connect } from 'node:net';
import type { Caller } from './caller.ts';

/** What came back. */
export interface RawAnswer {
  /** Every byte, from the status line on. */
  readonly text: string;
  /** `open`: nothing more came for a while, and the connection still stands. */
  readonly end: 'closed' | 'reset' | 'open';
}

/** How the request is sent. */
export interface RawOptions {
  /** Milliseconds without a byte after which the server counts as stalled; 150 unless given. */
  readonly patience?: number;
  /** Bytes of the body that are sent; all unless given. */
  readonly sent?: number;
}

/** Posts an import as {@link Caller.post} does. */
export async function rawPost(
  caller: Caller,
  path: string,
  header: object,
  items: unknown,
  { patience = 150, sent }: RawOptions = {},
): Promise<RawAnswer> {
  const { hostname, port, pathname } = new URL(caller.simulator.connectUrl + path);
  const body = JSON.stringify(items);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Authorization: Bearer ${await caller.token()}`,
    `X-StormConnect-Header: ${JSON.stringify({ AccountId: 1, ...header })}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ].join('\r\n');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname);
    const settle = (end: RawAnswer['end']) => {
      socket.destroy();
      resolve({ text, end });
    };
    socket.setTimeout(patience, () => settle('open'));
    socket.on('error', () => settle('reset'));
    socket.on('end', () => settle('closed'));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.write(`${head}\r\n\r\n${body.slice(0, sent)}`);
  });
}
