/**
 * What all data in the store belongs to.
 */

/** A place that the data of a connection belongs to: the base address of its Connect, which names customer and environment. */
export type Scope = string;
