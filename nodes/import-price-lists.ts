/**
 * Registers the node norce-import-price-lists.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-price-lists');
