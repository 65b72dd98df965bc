/** The button that finds out why a connection did not open. The code for that is loaded when it is pressed. */
import { texts } from './texts.js';

export class Diagnosis {
  /** Called with what was found. */
  onResult = (_text: string): void => {};
  readonly #button = document.getElementById('diagnose') as HTMLButtonElement;
  #url = '';

  constructor() {
    this.#button.addEventListener('click', () => void this.#look());
  }

  /** Offers a diagnosis of this URL. */
  offer(url: string): void {
    this.#url = url;
    this.#button.hidden = false;
  }

  /** Hides the button, and drops the result of a diagnosis under way. */
  withdraw(): void {
    this.#url = '';
    this.#button.hidden = true;
  }

  async #look(): Promise<void> {
    const url = this.#url;
    this.#button.disabled = true;
    this.onResult(texts.diagnosing);
    const result = await find(url);
    this.#button.disabled = false;
    if (url === this.#url) this.onResult(result);
  }
}

async function find(url: string): Promise<string> {
  try {
    const { diagnose } = await import('websock-client/diagnose');
    return texts.diagnosis(await diagnose(url));
  } catch (error) {
    return texts.noDiagnosis(String(error));
  }
}
