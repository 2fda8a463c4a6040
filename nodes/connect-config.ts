/**
 * Registers the config node norce-connect-config.
 */
export { registerConnectConfig as default } from '../src/runtime/connect-config.ts';
