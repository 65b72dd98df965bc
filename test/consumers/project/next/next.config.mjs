/** The page as files, rendered on the server while it builds. */
export default { output: 'export', basePath: '/next' };
