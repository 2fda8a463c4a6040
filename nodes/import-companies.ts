/**
 * Registers the node norce-import-companies.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-companies');
