/**
 * Finds the links in a plain text. It answers with pieces, never with markup: whoever shows them makes nodes of them.
 *
 * @typedef {{text: string, href?: string}} Piece
 */

const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"]+/giu;

const SAFE_PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

/** Marks that end the sentence around a link more often than the link. */
const TRAILING = '.,;:!?\'’”»*_~';

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function pieces(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = trimmed(match[0]);
    const href = safeAddress(candidate);
    if (href === null) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: candidate, href });
    end = match.index + candidate.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/**
 * Without the full stop after it, and without a bracket that was opened before it.
 * @param {string} candidate
 */
function trimmed(candidate) {
  let end = candidate.length;
  let open = count(candidate, '(');
  let closed = count(candidate, ')');
  for (; end > 0; end -= 1) {
    const last = candidate[end - 1];
    if (last === ')' && closed > open) closed -= 1;
    else if (!TRAILING.includes(last)) break;
  }
  return candidate.slice(0, end);
}

/**
 * @param {string} text
 * @param {string} mark
 */
function count(text, mark) {
  return text.split(mark).length - 1;
}

/**
 * Where a link may lead, as the browser spells it; null if it may not.
 * @param {string} candidate
 */
export function safeAddress(candidate) {
  try {
    const url = new URL(candidate);
    return SAFE_PROTOCOLS.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
