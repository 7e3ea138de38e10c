/** What holds on both. */
export const stores = ['embedded', 'redis'];
