/**
 * The sockets to a proxy, with a clear word on why it does not lead on.
 */
import { isIP } from 'node:net';
import type { buildConnector, Pool } from 'undici';
import { describeFailure } from './connection-problems.ts';
import { safeCause } from './secrets.ts';

const REFUSALS: Readonly<Record<number, string>> = {
  403: 'it does not allow this host',
  407: 'check its user name and password',
  502: 'it does not reach the host',
  503: 'it does not reach the host',
  504: 'it does not reach the host in time',
};

/** A pool whose tunnels fail with an error that names the proxy, and that undici never takes for a passing one. */
export function proxyPool(undici: typeof import('undici'), origin: URL, options: Pool.Options): Pool {
  const reach = options.connect;
  const pool = new undici.Pool(origin, {
    ...options,
    ...(typeof reach === 'function' ? { connect: withoutAddressAsName(reach) } : {}),
  });
  const connect = pool.connect.bind(pool) as Pool['connect'];
  const open: (given: Parameters<Pool['connect']>[0]) => ReturnType<typeof connect> = async (given) => {
    const answer = await connect(given).catch((error: unknown) => {
      throw failure(`the proxy did not lead on (${describeFailure(safeCause(error, []), 'proxy')})`);
    });
    if (answer.statusCode === 200) return answer;
    // What a proxy says beside its status is never read: it may repeat what it was shown.
    answer.socket.on('error', () => undefined).destroy();
    const reason = REFUSALS[answer.statusCode];
    throw failure(`the proxy answered with status ${answer.statusCode}${reason ? `: ${reason}` : ''}`);
  };
  return Object.assign(pool, { connect: open });
}

/** TLS names servers, not addresses (RFC 6066, 3): undici gives the name of a proxy on, also where it is an address. */
function withoutAddressAsName(reach: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const isAddress = isIP(options.servername?.replace(/^\[|\]$/g, '') ?? '') !== 0;
    reach(isAddress ? { ...options, servername: '' } : options, callback);
  };
}

function failure(message: string): Error {
  return Object.assign(new Error(message), { code: 'PROXY_FAILED' });
}
