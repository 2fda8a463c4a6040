/**
 * Registers the node norce-job-status.
 */
export { jobStatusNode as default } from '../src/runtime/job-status-node.ts';
