/**
 * What stands in the Authorization header, whatever the way in which a connection proves who it is.
 */

/** Gives a call its credential. */
export interface CredentialSource {
  /** The word before the credential in the Authorization header. */
  readonly scheme: 'Bearer' | 'Basic';
  /**
   * The credential to send now.
   *
   * @throws ConnectError `TOKEN_REJECTED`, `TOKEN_UNAVAILABLE` where a token has to be fetched
   */
  get(): Promise<string>;
  /** Connect answered 401 to this credential. True if another one can be had. */
  refused(credential: string): boolean;
  /** For cleaning messages of it; fetches nothing. */
  readonly secrets: readonly string[];
}

/**
 * Basic authentication (RFC 7617) with an application id and its secret, as old Norce [Storm] installations take it:
 * nothing is fetched, and a 401 is final.
 */
export class BasicCredential implements CredentialSource {
  readonly scheme = 'Basic';
  readonly #credential: string;

  constructor(applicationId: string, secret: string) {
    this.#credential = Buffer.from(`${applicationId}:${secret}`).toString('base64');
  }

  async get(): Promise<string> {
    return this.#credential;
  }

  refused(): boolean {
    return false;
  }

  get secrets(): readonly string[] {
    return [this.#credential];
  }
}
