/**
 * Registers the node norce-import-customers.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-customers');
