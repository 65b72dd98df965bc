/** Metrics for Prometheus. Loaded only with `--metrics`. */
export { Metrics } from './metrics.js';
export { serveMetrics } from './server.js';
