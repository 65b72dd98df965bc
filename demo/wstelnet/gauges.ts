/** Gauges of a character's values that a game sends by GMCP: each number that has a maximum, such as `hp` and `maxhp`. */
import type { GmcpMessage } from 'websock-client/telnet';

/** The row has room for no more gauges. */
const GAUGES_MAX = 6;

/** Further values are ignored, so that a game can't fill the memory. */
const VALUES_MAX = 100;

/** The names that games use for the maximum of a value. */
const greatestOf = (name: string) => [`max${name}`, `max_${name}`, `${name}max`, `${name}_max`];

export class Gauges {
  readonly #row = document.getElementById('gauges')!;
  #values = new Map<string, number>();

  show({ name, data }: GmcpMessage): void {
    if (!/^char\b/i.test(name)) return;
    for (const [key, value] of Object.entries(Object(data) as object)) {
      const number = Number(value);
      const known = key.toLowerCase();
      const hasRoom = this.#values.has(known) || this.#values.size < VALUES_MAX;
      if (/^\w{1,16}$/.test(key) && Number.isFinite(number) && hasRoom) {
        this.#values.set(known, number);
      }
    }
    const gauges = [...this.#values].flatMap(([key, value]) => {
      const greatest = greatestOf(key).find((one) => this.#values.has(one));
      return greatest ? [gauge(key, value, this.#values.get(greatest)!)] : [];
    });
    this.#row.replaceChildren(...gauges.slice(0, GAUGES_MAX));
    this.#row.hidden = gauges.length === 0;
  }

  clear(): void {
    this.#values = new Map();
    this.#row.hidden = true;
  }
}

function gauge(name: string, value: number, max: number): HTMLElement {
  const label = document.createElement('label');
  const meter = Object.assign(document.createElement('meter'), { min: 0, max, value });
  label.append(name, meter, `${value}/${max}`);
  return label;
}
