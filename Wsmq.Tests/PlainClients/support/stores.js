/** The stores that the contract suites run on. */
export const stores = ['embedded', 'redis'];
