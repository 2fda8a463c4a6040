/**
 * Registers the node norce-import-relations.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-relations');
