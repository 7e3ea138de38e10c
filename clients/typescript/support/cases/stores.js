/** The stores on which the cases run. */
export const STORES = [['embedded', 1], ['redis', 2]];

/** What a browser does depends on the network and the nodes, not on the store. */
export const NODES = STORES.filter(([, nodes]) => nodes > 1);
