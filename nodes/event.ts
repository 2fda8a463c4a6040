/**
 * Registers the node norce-event.
 */
export { eventNode as default } from '../src/runtime/event-node.ts';
