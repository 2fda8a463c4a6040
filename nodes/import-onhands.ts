/**
 * Registers the node norce-import-onhands.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-onhands');
