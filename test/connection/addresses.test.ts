/**
 * Nothing typed into an address field leads to another host or to plain HTTP.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AddressInput, resolveAddresses } from '../../src/connection/index.ts';

const rejects = (input: AddressInput, code: string) =>
  assert.throws(() => resolveAddresses(input), { name: 'ConnectError', code });

describe('addresses', () => {
  it('builds the documented addresses', () => {
    assert.deepEqual(resolveAddresses({ customer: 'Acme', region: 'se', environment: 'production' }), {
      connectUrl: 'https://acme.api-se.norce.tech/commerce/connect/4.0',
      tokenUrl: 'https://acme.api-se.norce.tech/identity/1.0/connect/token',
    });
    assert.deepEqual(resolveAddresses({ customer: 'norce-open-demo', environment: 'playground' }), {
      connectUrl: 'https://norce-open-demo.api-se.playground.norce.tech/commerce/connect/4.0',
      tokenUrl: 'https://norce-open-demo.api-se.playground.norce.tech/identity/1.0/connect/token',
    });
    assert.match(
      resolveAddresses({ customer: 'acme', region: 'no', environment: 'stage' }).connectUrl,
      /^https:\/\/acme\.api-no\.stage\.norce\.tech\//,
    );
  });

  it('takes addresses by hand, alone or in place of one of the two', () => {
    const byHand = { connectUrl: ' https://connect.example/4.0/ ', tokenUrl: 'https://login.example/token' };
    assert.deepEqual(resolveAddresses(byHand), {
      connectUrl: 'https://connect.example/4.0',
      tokenUrl: 'https://login.example/token',
    });
    const mixed = resolveAddresses({
      customer: 'acme',
      environment: 'stage',
      connectUrl: 'https://connect.example',
      tokenUrl: '',
    });
    assert.equal(mixed.connectUrl, 'https://connect.example');
    assert.equal(mixed.tokenUrl, 'https://acme.api-se.stage.norce.tech/identity/1.0/connect/token');
  });

  it('refuses what is incomplete or smuggles', () => {
    const environment = 'production';
    rejects({}, 'ADDRESS_INVALID');
    rejects({ customer: 'acme' }, 'ADDRESS_INVALID');
    rejects({ connectUrl: 'https://connect.example' }, 'ADDRESS_INVALID');
    for (const customer of [
      'a.b',
      'evil.example/',
      'a@b',
      'a#',
      'a?b',
      '-a',
      'a-',
      'å',
      'a b',
      'a\nb',
      'a:1/',
    ]) {
      rejects({ customer, environment }, 'ADDRESS_INVALID');
    }
    for (const region of ['se.evil.example/', 'se/', 's e', 'se@', 'ß']) {
      rejects({ customer: 'acme', region, environment }, 'ADDRESS_INVALID');
    }
    rejects({ customer: 'acme', environment: 'toString' as 'stage' }, 'ADDRESS_INVALID');
    for (const connectUrl of [
      'connect',
      'ftp://connect.example',
      'https://u:p@connect.example',
      'https://a.b/?x',
      'https://a.b/#',
    ]) {
      rejects({ connectUrl, tokenUrl: 'https://token.example' }, 'ADDRESS_INVALID');
      rejects({ connectUrl: 'https://connect.example', tokenUrl: connectUrl }, 'ADDRESS_INVALID');
    }
  });

  it('keeps every slug it accepts inside norce.tech', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (customer, region) => {
        try {
          const { connectUrl } = resolveAddresses({ customer, region, environment: 'production' });
          assert.match(new URL(connectUrl).host, /^[a-z0-9-]+\.api-[a-z0-9]+\.norce\.tech$/);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'ADDRESS_INVALID');
        }
      }),
    );
  });

  it('allows plain HTTP to this machine only', () => {
    for (const host of ['localhost:1', '127.0.0.1', '127.9.9.9:80', '[::1]:3', '2130706433']) {
      resolveAddresses({ connectUrl: `http://${host}/a`, tokenUrl: `http://${host}/b` });
    }
    for (const host of [
      'localhost.example',
      '127.0.0.1.example',
      '128.0.0.1',
      '0.0.0.0',
      '[::2]',
      '127.example',
    ]) {
      rejects({ connectUrl: `http://${host}/a`, tokenUrl: 'https://token.example' }, 'ADDRESS_NOT_HTTPS');
    }
  });

  it('does not repeat an address that may hold a password', () => {
    assert.throws(
      () =>
        resolveAddresses({
          connectUrl: 'https://user:hunter2@connect.example',
          tokenUrl: 'https://t.example',
        }),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });
});
