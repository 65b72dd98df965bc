/**
 * A Prometheus that scrapes one port, and the queries of the dashboard in docs/.
 */
import { execFileSync } from 'node:child_process';
import { expect, vi } from 'vitest';
import { repositoryFile } from './documents.js';
import { startServer, type Server } from './servers.js';

/** Starts a Prometheus that scrapes the loopback port `port` twice a second. */
export function startPrometheus(port: number): Promise<Server> {
  let own = 0;
  return startServer(
    'prometheus',
    (listening) => {
      own = listening;
      return `
scrape_configs:
  - job_name: bridge
    scrape_interval: 500ms
    scrape_timeout: 500ms
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;
    },
    (file, dir) => [
      `--config.file=${file}`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=127.0.0.1:${own}`,
    ],
  );
}

/** Repeats a query until its answer has a value for which `isGood` returns true; by default, any finite value will do. */
export async function query(
  port: number,
  text: string,
  isGood: (value: number) => boolean = Number.isFinite,
): Promise<void> {
  await vi.waitFor(
    async () => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(text)}`;
      const answer = (await (await fetch(url)).json()) as {
        status: string;
        data?: { result: { value: [time: number, value: string] }[] };
      };
      const values = answer.data?.result.map(({ value }) => Number(value[1])) ?? [];
      expect(values.some(isGood), `${text}: ${JSON.stringify(answer)}`).toBe(true);
    },
    { timeout: 15_000, interval: 200 },
  );
}

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

/** Each query of docs/grafana-dashboard.json, over the last minute. */
export function dashboardQueries(): string[] {
  const { panels } = JSON.parse(repositoryFile('docs/grafana-dashboard.json')) as {
    panels: Panel[];
  };
  return panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) =>
      expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
    ),
  );
}

/** Returns what promtool prints about the bridge's own metrics. Throws if promtool fails them. */
export function lint(text: string): string {
  const own = text.split('\n').filter((line) => line.includes('websock_bridge_'));
  const input = `${own.join('\n')}\n`;
  return execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
}
