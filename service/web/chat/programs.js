/**
 * What a program calls itself (RFC 9110, section 10.1.5) in words that its user would use: "Firefox on Linux".
 */

import { say } from '../words/words.js';

/** In this order: most browsers name the others too, for reasons of history. @type {[RegExp, string][]} */
const BROWSERS = [
  [/Edg(?:A|iOS)?\//u, 'Edge'],
  [/OPR\//u, 'Opera'],
  [/(?:Firefox|FxiOS)\//u, 'Firefox'],
  [/(?:Chrome|CriOS)\//u, 'Chrome'],
  [/Safari\//u, 'Safari'],
];

/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/iPhone|iPad/u, 'iOS'],
  [/Android/u, 'Android'],
  [/Windows/u, 'Windows'],
  [/Mac OS X/u, 'macOS'],
  [/CrOS/u, 'ChromeOS'],
  [/Linux/u, 'Linux'],
];

/** @param {string} agent */
export function programInWords(agent) {
  const browser = named(BROWSERS, agent);
  if (agent.startsWith('Mozilla/') && browser) {
    const system = named(SYSTEMS, agent);
    return system ? say('page.programOn', { program: browser, system }) : browser;
  }
  return agent.split(/[/\s]/u)[0] || say('page.unknownProgram');
}

/**
 * @param {[RegExp, string][]} names
 * @param {string} agent
 */
function named(names, agent) {
  return names.find(([mark]) => mark.test(agent))?.[1];
}
