/**
 * What a connection is made from.
 */
import { ConnectError } from '../errors.ts';
import { type Addresses, type Authentication, checkAddress } from './addresses.ts';
import { checkNetwork, type NetworkSettings } from './network-settings.ts';

/** Everything that tells one connection from another. Durations in milliseconds. */
export interface ConnectionSettings extends NetworkSettings {
  /** The customer's slug, such as `acme`: it alone says whose limit is used. Empty for addresses given by hand. */
  readonly customer: string;
  readonly addresses: Addresses;
  /** OAuth 2.0 unless given. */
  readonly authentication?: Authentication;
  /** With basic authentication the application's id. */
  readonly clientId: string;
  /** With basic authentication the application's GUID. */
  readonly clientSecret: string;
  /** OAuth 2.0 scope; Norce names the environment here: `playground`, `stage` or `prod`. */
  readonly scope: string;
  /** 1 to 60, Connect's limit for a customer. */
  readonly requestsPerMinute: number;
  /** Sent as `application-id` if given. */
  readonly applicationId?: string;
  /** For one attempt: without progress while it is sent, and from its end to the end of the answer. */
  readonly timeout: number;
  /** For all attempts of a call and the pauses between them; standing in line for the first one is not counted. */
  readonly deadline: number;
}

const HIGHEST_LIMIT = 60;
const HEADER_TEXT = /^[\x20-\x7e]+$/;

/**
 * @throws ConnectError `SETTINGS_INVALID`, `ADDRESS_INVALID`, `ADDRESS_NOT_HTTPS`
 */
export function checkSettings(settings: ConnectionSettings): void {
  const { addresses, requestsPerMinute, applicationId } = settings;
  checkAddress(addresses.connectUrl, 'Connect');
  if (settings.authentication === 'basic') checkBasic(settings);
  else checkClient(settings);
  checkNetwork(settings);
  if (!Number.isInteger(requestsPerMinute) || requestsPerMinute < 1 || requestsPerMinute > HIGHEST_LIMIT) {
    throw invalid(`Requests per minute must be a whole number from 1 to ${HIGHEST_LIMIT}.`);
  }
  if (applicationId !== undefined && !HEADER_TEXT.test(applicationId)) {
    throw invalid('The application id may hold printable ASCII characters only.');
  }
  for (const name of ['timeout', 'deadline'] as const) {
    // The upper bound is the longest time that a timer of Node.js can run.
    if (!(settings[name] > 0 && settings[name] < 2 ** 31)) {
      throw invalid(`The ${name} must be a positive number of milliseconds.`);
    }
  }
}

function checkClient({ addresses, clientId, clientSecret }: ConnectionSettings): void {
  checkAddress(addresses.tokenUrl, 'token');
  if (clientId === '') throw invalid('The client id is missing.');
  if (clientSecret === '') throw invalid('The client secret is missing.');
}

function checkBasic({ clientId, clientSecret }: ConnectionSettings): void {
  if (clientId === '') throw invalid('The application id is missing.');
  if (clientSecret === '') throw invalid("The application's secret is missing.");
  // It would end there for the server, which takes the rest as part of the secret (RFC 7617, 2).
  if (clientId.includes(':')) throw invalid('The application id must not hold a colon.');
}

/** Whose limit a connection draws on: the customer's, over all environments; without one, the host's and client's. */
export function throttleKey({ customer, addresses, clientId }: ConnectionSettings): string {
  return customer === ''
    ? JSON.stringify([new URL(addresses.connectUrl).host, clientId])
    : customer.trim().toLowerCase();
}

function invalid(message: string): ConnectError {
  return new ConnectError('SETTINGS_INVALID', message);
}
