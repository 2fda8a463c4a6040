/**
 * Registers the node norce-job-restart.
 */
export { jobRestartNode as default } from '../src/runtime/job-restart-node.ts';
