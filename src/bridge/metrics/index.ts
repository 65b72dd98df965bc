/** Metrics for Prometheus. Loaded only where they are asked for. */
export { Metrics } from './metrics.js';
export { serveMetrics } from './server.js';
