/**
 * The choice of a proxy, beside the function by which Node-RED's own request node chooses.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ProxyRules, proxyFor } from '../../src/connection/proxy-rules.ts';
import { nodeRedLines, requireOf } from '../support/node-red.ts';

interface ProxyHelper {
  getProxyForUrl(url: string, options: object): string;
}

const helperFile = '@node-red/nodes/core/network/lib/proxyHelper.js';

describe('choice of a proxy', () => {
  for (const line of nodeRedLines) {
    const { getProxyForUrl } = requireOf(line)(helperFile) as ProxyHelper;
    it(`equals that of Node-RED ${line}’s request node, whatever its proxyOptions`, () =>
      checkChoice(getProxyForUrl));
  }

  function checkChoice(getProxyForUrl: ProxyHelper['getProxyForUrl']): void {
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
    const rules = fc.record(
      {
        mode: fc.constantFrom<('strict' | 'legacy')[]>('strict', 'strict', 'legacy'),
        favourUpperCase: fc.boolean(),
        lowerCaseOnly: fc.boolean(),
        excludeNpm: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        environment,
        rules,
        fc.constantFrom('http', 'https'),
        host,
        fc.constantFrom('', ':443', ':8443'),
        fc.boolean(),
        (variables, options: ProxyRules, scheme, name, port, isOwn) => {
          // The same address for both: Node-RED's request node searches the one that was typed.
          const url = new URL(`${scheme}://${name}${port}/x`);
          const expected = getProxyForUrl(url.href, { ...options, env: variables });
          const found = isOwn
            ? proxyFor(
                url,
                undefined,
                { all_proxy: 'http://wrong:1' },
                { ...options, environment: variables },
              )
            : proxyFor(url, undefined, variables, options);
          assert.equal(found?.origin, expected === '' ? undefined : originOf(expected, scheme));
          const kind = `${options.mode === 'legacy' ? 'legacy' : 'strict'}, ${found === undefined ? 'direct' : 'proxied'}`;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        },
      ),
      { numRuns: 5000 },
    );
    assert.equal([...seen.values()].filter((count) => count > 200).length, 4, JSON.stringify([...seen]));
  }

  it('takes a chosen proxy by the same rules', () => {
    const given = { url: 'http://chosen:2', noProxy: ['norce'] };
    const url = new URL('https://acme.norce.tech');
    assert.equal(
      proxyFor(url, given, {}, { lowerCaseOnly: true, excludeNpm: true })?.origin,
      'http://chosen:2',
    );
    assert.equal(proxyFor(url, given, {}, { favourUpperCase: true })?.origin, 'http://chosen:2');
    assert.equal(proxyFor(url, given, { http_proxy: 'http://other:1' }, { mode: 'legacy' }), undefined);
    const environment = { https_proxy: 'http://other:1' };
    assert.equal(proxyFor(url, given, {}, { environment })?.origin, 'http://chosen:2');
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

/** Node-RED's legacy mode leaves out the scheme that a proxy has none of; the strict one adds that of the request. */
function originOf(address: string, scheme: string): string {
  return new URL(address.includes('://') ? address : `${scheme}://${address}`).origin;
}
