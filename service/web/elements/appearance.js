/**
 * The page in the language and the colours that somebody chose: the document's `lang`, `data-theme`, and the colour of
 * the browser's own frame around it.
 */

import { language, languageFor, setLanguage, words } from '../words/words.js';

/** @param {import('../chat/preferences.js').Preferences} preferences */
export async function follow(preferences) {
  const colour = () => paint(preferences.theme);
  colour();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', colour);
  preferences.addEventListener('change', () => {
    colour();
    speak(preferences.language);
  });
  addEventListener('languagechange', () => speak(preferences.language));
  words.addEventListener('change', () => {
    document.documentElement.lang = language();
  });
  await speak(preferences.language);
}

/** @param {import('../chat/preferences.js').Theme} theme */
function paint(theme) {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  const frame = document.querySelector('meta[name="theme-color"]');
  frame?.setAttribute('content', getComputedStyle(document.documentElement).backgroundColor);
}

/**
 * Without a network a language that was never loaded can't come: then it stays as it is.
 * @param {import('../words/words.js').Language | null} choice
 */
async function speak(choice) {
  await setLanguage(languageFor(choice, navigator.languages)).catch(() => {});
}
