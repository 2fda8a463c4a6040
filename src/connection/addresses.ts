/**
 * Where a customer's Connect and its token endpoint are; nothing typed into a field can lead elsewhere or to
 * plain HTTP.
 */
import { ConnectError } from '../errors.ts';

/** The two addresses of a connection, without a trailing slash. */
export interface Addresses {
  /** Base of all operations, such as `https://acme.api-se.norce.tech/commerce/connect/4.0`. */
  readonly connectUrl: string;
  /** OAuth 2.0 token endpoint; empty with basic authentication, which needs none. */
  readonly tokenUrl: string;
}

/** Which of Norce's systems; production has no part of its own in the host name. */
export type Environment = 'production' | 'playground' | 'stage';

/**
 * How a connection proves who it is: with a token for its client id and secret, or, at old Norce [Storm]
 * installations, with an application id and its secret in each request.
 */
export type Authentication = 'oauth2' | 'basic';

/** What a person gives: a customer with region and environment, or addresses by hand, which come first. */
export interface AddressInput {
  /** The customer's slug, the first part of the host name. */
  readonly customer?: string | undefined;
  /** `se` unless given: the only region that Norce documents. */
  readonly region?: string | undefined;
  readonly environment?: Environment | undefined;
  /** OAuth 2.0 unless given. */
  readonly authentication?: Authentication | undefined;
  readonly connectUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
}

const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const REGION = /^[a-z0-9]{1,20}$/;
const ENVIRONMENT_PART: Readonly<Record<Environment, string>> = {
  production: '',
  playground: '.playground',
  stage: '.stage',
};

/**
 * The addresses of a connection. Pattern of the host names: Norce's developer portal, "Calling Norce services"
 * and "Accessing APIs with OAuth2 accounts".
 *
 * @throws ConnectError `ADDRESS_INVALID` if something is missing or malformed, `ADDRESS_NOT_HTTPS` for plain HTTP
 *   to anything but this machine
 */
export function resolveAddresses(input: AddressInput): Addresses {
  const byHand = { connectUrl: input.connectUrl?.trim(), tokenUrl: input.tokenUrl?.trim() };
  const needsToken = input.authentication !== 'basic';
  const isWhole = byHand.connectUrl && (byHand.tokenUrl || !needsToken);
  const host = isWhole ? undefined : hostOf(input);
  return {
    connectUrl: checkAddress(byHand.connectUrl || `https://${host}/commerce/connect/4.0`, 'Connect'),
    tokenUrl: needsToken
      ? checkAddress(byHand.tokenUrl || `https://${host}/identity/1.0/connect/token`, 'token')
      : '',
  };
}

function hostOf({ customer, region, environment, authentication }: AddressInput): string {
  const slug = customer?.trim().toLowerCase() ?? '';
  const place = region?.trim().toLowerCase() || 'se';
  if (slug === '') {
    const byHand =
      authentication === 'basic' ? 'the Connect address' : 'both the Connect and the token address';
    throw new ConnectError('ADDRESS_INVALID', `Give a customer, or ${byHand}.`);
  }
  if (!HOST_LABEL.test(slug)) {
    throw new ConnectError(
      'ADDRESS_INVALID',
      'The customer may hold letters, digits and hyphens only: it is the first part of the host name.',
    );
  }
  if (!REGION.test(place)) {
    throw new ConnectError('ADDRESS_INVALID', 'The region may hold letters and digits only, such as "se".');
  }
  if (environment === undefined || !Object.hasOwn(ENVIRONMENT_PART, environment)) {
    throw new ConnectError('ADDRESS_INVALID', 'The environment must be production, playground or stage.');
  }
  return `${slug}.api-${place}${ENVIRONMENT_PART[environment]}.norce.tech`;
}

/**
 * One address, in the form in which it is used.
 *
 * @throws ConnectError `ADDRESS_INVALID`, `ADDRESS_NOT_HTTPS`; the message never repeats the address, which may
 *   hold a password
 */
export function checkAddress(address: string, name: string): string {
  if (!URL.canParse(address)) {
    throw new ConnectError('ADDRESS_INVALID', `The ${name} address is not a complete address (https://...).`);
  }
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConnectError('ADDRESS_INVALID', `The ${name} address must begin with https://.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConnectError('ADDRESS_INVALID', `The ${name} address must not hold a user name or password.`);
  }
  if (/[?#]/.test(address)) {
    throw new ConnectError('ADDRESS_INVALID', `The ${name} address must not hold a query or fragment.`);
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new ConnectError(
      'ADDRESS_NOT_HTTPS',
      `The ${name} address must begin with https://: plain HTTP would show the secret to everyone on the way.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

/** Whether an address leads to this very machine, where plain HTTP is safe. */
export function isLoopback(url: URL): boolean {
  return (
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(url.hostname)
  );
}
