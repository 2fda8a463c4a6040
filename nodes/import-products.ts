/**
 * Registers the node norce-import-products.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-products');
