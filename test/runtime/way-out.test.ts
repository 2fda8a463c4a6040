/**
 * A real Node-RED of each line behind a proxy that is reached over TLS: an import takes the way that Node-RED's own
 * request node takes.
 */
import assert from 'node:assert/strict';
import { HOST, readCertificates } from '../connection/support/certificates.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import { ProxyServer } from '../connection/support/proxy-server.ts';
import { NodeRed, nodeRedLines } from '../support/node-red.ts';

const certificates = readCertificates();
const credentials = { clientId: 'erp', clientSecret: 'way-out-secret' };
const password = 'Proxy-pass~word_3';
const place = { x: 100, y: 100, z: 'tab' };

const flow = [
  { id: 'tab', type: 'tab', label: 'Way out' },
  {
    id: 'connection',
    type: 'norce-connect-config',
    addressMode: 'own',
    connectUrl: `https://${HOST}/connect/4.0`,
    tokenUrl: `https://${HOST}/token`,
    environment: 'playground',
    accountId: '10000',
    deadline: '1',
    credentials,
  },
  { id: 'ours in', type: 'http in', url: '/ours', method: 'post', ...place, wires: [['import']] },
  {
    id: 'import',
    type: 'norce-import-onhands',
    connection: 'connection',
    ...place,
    wires: [['out'], []],
  },
  { id: 'catch', type: 'catch', scope: ['import'], ...place, wires: [['reason']] },
  {
    id: 'reason',
    type: 'change',
    rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'error.message', tot: 'msg' }],
    ...place,
    wires: [['out']],
  },
  { id: 'theirs in', type: 'http in', url: '/theirs', method: 'post', ...place, wires: [['request']] },
  {
    id: 'request',
    type: 'http request',
    method: 'POST',
    ret: 'txt',
    url: `https://${HOST}/token`,
    ...place,
    wires: [['out']],
  },
  { id: 'out', type: 'http response', ...place, wires: [] },
];

describe('the way out of a real Node-RED', () => {
  for (const line of nodeRedLines) {
    describe(`Node-RED ${line}`, () => {
      const server = new ConnectServer({ tls: certificates.server });
      const proxy = new ProxyServer(certificates.proxy);
      let nodeRed: NodeRed;
      before(async () => {
        await Promise.all([server.start(), proxy.start()]);
        proxy.behaviour.target = server.port;
        proxy.behaviour.credentials = `ann:${password}`;
        const way = `https://ann:${password}@${proxy.host.replace('127.0.0.1', 'localhost')}`;
        // The variable comes before the settings; only in its mode does HTTP_PROXY count for HTTPS addresses.
        const environment = {
          HTTP_PROXY: way,
          NR_PROXY_MODE: 'legacy',
          NODE_EXTRA_CA_CERTS: certificates.caFile,
        };
        nodeRed = await NodeRed.start(environment, { line, settings: { proxyOptions: { mode: 'strict' } } });
        await nodeRed.deploy(flow);
      });
      after(async () => {
        await nodeRed?.stop();
        await Promise.all([server.stop(), proxy.stop()]);
      });

      const post = async (path: string) => {
        const answer = await fetch(`${nodeRed.url}/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify([{ PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 }]),
        });
        return answer.text();
      };

      it('leads through the proxy for both', async () => {
        assert.match(await post('theirs'), /access_token/);
        assert.deepEqual(proxy.tunnels, [`${HOST}:443`]);
        assert.match(await post('ours'), /OnhandValue/);
        assert.deepEqual(proxy.tunnels, Array(3).fill(`${HOST}:443`));
        assert.equal(server.arrivals.length, 1);
      });

      it('shows its password to nobody', async () => {
        proxy.behaviour.credentials = 'ann:another';
        const text = await post('ours');
        assert.match(text, /proxy answered with status 407/);
        assert.ok(!nodeRed.output.includes(password) && !text.includes(password));
        assert.doesNotMatch(nodeRed.output, /Warning/);
      });
    });
  }
});
