/** The bell: a flash of the terminal's frame, a sound, or nothing. */

export type Bell = 'flash' | 'sound' | 'none';

/** How long the bell lasts, in ms. */
const LENGTH = 150;

let audio: AudioContext | undefined;
let timer: number | undefined;
/** When the last tone ends, by the clock of `audio`. */
let tonesUntil = 0;

export function ring(kind: Bell, element: HTMLElement): void {
  if (kind === 'sound') beep();
  if (kind !== 'flash') return;
  element.classList.add('rings');
  clearTimeout(timer);
  timer = window.setTimeout(() => element.classList.remove('rings'), LENGTH);
}

function beep(): void {
  audio ??= new AudioContext();
  // A server that rings a thousand times at once gets one tone.
  if (audio.currentTime < tonesUntil) return;
  tonesUntil = audio.currentTime + LENGTH / 1000;
  const tone = new OscillatorNode(audio, { frequency: 660 });
  const volume = new GainNode(audio, { gain: 0.1 });
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(tonesUntil);
}
