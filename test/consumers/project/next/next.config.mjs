/** Exports the page as files, rendered during the build. */
export default { output: 'export', basePath: '/next' };
