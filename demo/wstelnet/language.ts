/** Translates the page into the user's language: that of `?lang=`, or else what the browser prefers. */
import { german } from './texts-german.js';
import { english, speak, texts, type Texts } from './texts.js';

/** The languages that the page speaks, the default first. */
const languages: readonly Texts[] = [english, german];

/** The attributes whose text the user sees or hears. */
const SPOKEN = ['aria-label', 'title', 'placeholder'];

/** Chooses the language, and translates the text in the page. */
export function translatePage(asked: string | null): void {
  speak(tableOf([...(asked ? [asked] : []), ...navigator.languages]));
  document.documentElement.lang = texts.language;
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const node = nodes.currentNode as Text;
    const text = node.data.trim();
    if (text) node.data = node.data.replace(text, translate(text));
  }
  for (const name of SPOKEN) {
    for (const element of document.body.querySelectorAll(`[${name}]`)) {
      element.setAttribute(name, translate(element.getAttribute(name)!));
    }
  }
}

/** The texts in the first of these languages (such as `de-AT`) that the page speaks, or in English. */
export function tableOf(wanted: readonly string[]): Texts {
  const find = (tag: string) =>
    languages.find(({ language }) => language === tag.toLowerCase().split('-')[0]);
  return wanted.map(find).find((found) => found !== undefined) ?? english;
}

const translate = (text: string): string => texts.page[text] ?? text;
