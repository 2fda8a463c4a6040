/**
 * The choice of a proxy, beside the function by which Node-RED's own request node chooses.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { proxyFor } from '../../src/connection/proxy-rules.ts';

const { getProxyForUrl } = createRequire(import.meta.url)(
  '@node-red/nodes/core/network/lib/proxyHelper.js',
) as { getProxyForUrl(url: string, options: { env: object }): string };

describe('choice of a proxy', () => {
  it('equals that of Node-RED’s request node', () => {
    const names = ['http_proxy', 'https_proxy', 'all_proxy', 'npm_config_proxy', 'npm_config_https_proxy'];
    const address = fc.constantFrom('http://p1:8080', 'https://p2:8443', 'p3:3128', '', 'http://u:p@p4:1');
    const host = fc.constantFrom(
      'acme.norce.tech',
      'norce.tech',
      'ACME.norce.tech',
      '10.0.0.1',
      '[2001:db8::1]',
    );
    const entry = fc.oneof(
      fc.constantFrom('*', '.norce.tech', '*.norce.tech', '*norce.tech', 'norce.tech', '', '10.0.0.1'),
      fc.constantFrom(
        'NORCE.tech:443',
        '.tech:8443',
        'acme.norce.tech',
        '[2001:db8::1]',
        '[2001:db8::1]:443',
        'x',
      ),
    );
    const exceptions = fc
      .tuple(fc.array(entry, { maxLength: 3 }), fc.constantFrom(',', ' ', ', '))
      .map(([entries, separator]) => entries.join(separator));
    const environment = fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.boolean(), address), { maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom('no_proxy', 'npm_config_no_proxy'), fc.boolean(), exceptions), {
          maxLength: 2,
        }),
      )
      .map((pairs) =>
        Object.fromEntries(
          pairs.flat().map(([name, isUpper, value]) => [isUpper ? name.toUpperCase() : name, value]),
        ),
      );
    let proxied = 0;
    let direct = 0;
    fc.assert(
      fc.property(
        environment,
        fc.constantFrom('http', 'https'),
        host,
        fc.constantFrom('', ':443', ':8443'),
        (variables, scheme, name, port) => {
          const url = `${scheme}://${name}${port}/x`;
          const expected = getProxyForUrl(url, { env: variables });
          const found = proxyFor(new URL(url), undefined, variables);
          assert.equal(found?.origin, expected === '' ? undefined : new URL(expected).origin);
          if (found === undefined) direct += 1;
          else proxied += 1;
        },
      ),
      { numRuns: 5000 },
    );
    assert.ok(proxied > 500 && direct > 500, `${proxied} proxied, ${direct} direct`);
  });

  it('never leads this machine’s own requests astray', () => {
    const everything = {
      all_proxy: 'http://proxy:1',
      http_proxy: 'http://proxy:1',
      https_proxy: 'http://proxy:1',
    };
    const given = { url: 'http://proxy:1', noProxy: [] };
    for (const address of [
      'http://localhost:1880',
      'http://127.0.0.1',
      'https://127.9.9.9',
      'http://[::1]:8',
    ]) {
      assert.equal(proxyFor(new URL(address), undefined, everything), undefined, address);
      assert.equal(proxyFor(new URL(address), given, everything), undefined, address);
    }
  });

  it('a proxy that was chosen stands in place of the environment, exceptions included', () => {
    const environment = { https_proxy: 'http://other:1', no_proxy: '*' };
    const given = { url: 'http://chosen:2', noProxy: ['.example.com', 'example.org'] };
    const choose = (address: string) => proxyFor(new URL(address), given, environment)?.origin;
    assert.equal(choose('https://connect.example'), 'http://chosen:2');
    assert.equal(choose('https://connect.example.com'), undefined);
    assert.equal(choose('https://example.org'), undefined);
    assert.equal(choose('https://www.example.org'), 'http://chosen:2');
  });

  it('takes credentials from the settings, else from the address', () => {
    const url = new URL('https://connect.example');
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const inAddress = { url: 'http://us%40er:p%3Ass%@proxy:1', noProxy: [] };
    assert.deepEqual(proxyFor(url, inAddress, {}), {
      origin: 'http://proxy:1',
      authorization: basic('us@er:p%3Ass%'),
    });
    const both = { ...inAddress, username: 'ann', password: 'p@ss:w' };
    assert.equal(proxyFor(url, both, {})?.authorization, basic('ann:p@ss:w'));
    const nameOnly = { ...inAddress, username: 'ann' };
    assert.equal(proxyFor(url, nameOnly, {})?.authorization, basic('ann:'));
    assert.deepEqual(proxyFor(url, undefined, { https_proxy: 'http://a:b%21@proxy:1' }), {
      origin: 'http://proxy:1',
      authorization: basic('a:b!'),
    });
  });

  it('refuses what is no address of a proxy, without repeating it', () => {
    for (const address of [
      'http://user:pass word@',
      'socks5://user:pass word@p:1',
      'http://p:99999',
      '://x',
    ]) {
      assert.throws(
        () => proxyFor(new URL('https://connect.example'), undefined, { https_proxy: address }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'SETTINGS_INVALID');
          return !error.message.includes('pass word');
        },
      );
    }
  });
});
