/**
 * People who may sign in to a Node-RED of the tests.
 */

/** The password of every one of them. */
export const userPassword = 'password';

/** What `node-red admin hash-pw` makes of it, with the least effort. */
const hash = '$2b$04$dqa0OUPxoFXKQYFgi0ZT2uFEYvLDjNt2IL0riVce5VIqSW4QPMUFO';

function user(username: string, permissions: string) {
  return { username, password: hash, permissions };
}

/** Node-RED's setting `adminAuth`: one who may do all, one who may look, and one for this package's connections. */
export const adminAuth = {
  type: 'credentials',
  users: [user('owner', '*'), user('visitor', 'read'), user('clerk', 'norce-connect-config.write')],
} as const;
