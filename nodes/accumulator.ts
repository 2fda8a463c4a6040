/**
 * Registers the node norce-accumulator.
 */
export { accumulatorNode as default } from '../src/runtime/accumulator-node.ts';
