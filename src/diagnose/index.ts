/**
 * Finds out why a WebSocket does not work, which browsers don't tell a page.
 * @module websock-client/diagnose
 */
export { diagnose, type DiagnoseOptions } from './diagnose.js';
export type { Diagnosis, DiagnosisCause } from './diagnosis.js';
