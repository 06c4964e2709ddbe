/** Shared by the test run's main process and its workers, which may import different things. */
export const templateDatabase = 'tomte_template';
