/**
 * Message catalogues of Node-RED.
 */

/** Texts in nested groups. */
export interface Catalogue {
  readonly [key: string]: string | Catalogue;
}

/** Two catalogues as one, group by group; where both have a text, the second one's counts. */
export function joinCatalogues(one: Catalogue, other: Catalogue): Catalogue {
  const joined: Record<string, string | Catalogue> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const known = joined[key];
    const isGroup = typeof known === 'object' && typeof value === 'object';
    joined[key] = isGroup ? joinCatalogues(known, value) : value;
  }
  return joined;
}
