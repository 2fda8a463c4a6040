/**
 * Registers the node norce-import-competitor-skus.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-competitor-skus');
