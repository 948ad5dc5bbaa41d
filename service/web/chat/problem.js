/**
 * A refusal by the HTTP side as an error that can be shown to a person: problem+json (RFC 9457) from `/api`, the
 * errors of RFC 6749 section 5.2 from `/oauth`, and silence from a network that is not there.
 */

import { say } from '../words/words.js';
import { inWords } from './codes.js';

/** What a status says where a proxy in between made the answer. @type {Record<number, string>} */
const CODES = { 413: 'too_large', 429: 'rate_limited', 503: 'unavailable' };

export class Problem extends Error {
  /**
   * @param {object} facts
   * @param {number} facts.status
   * @param {string} facts.code
   * @param {string} facts.detail
   * @param {number} [facts.retryAfter] Seconds.
   * @param {import('./contract.js').Why} [facts.why]
   * @param {Record<string, string>} [facts.fields] A sentence for each field that was wrong.
   */
  constructor({ status, code, detail, retryAfter, why, fields }) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
    this.why = why;
    this.fields = fields ?? {};
  }

  /** @returns {import('./contract.js').Refusal} the same as a command would get */
  get refusal() {
    const { code, message, retryAfter, why } = this;
    return { code, message, ...(retryAfter !== undefined && { retry_after: retryAfter }), ...(why && { why }) };
  }

  /** No answer at all: the request may or may not have arrived. */
  static unreachable() {
    return new Problem({ status: 0, code: 'unreachable', detail: say('reasons.unreachable') });
  }

  /**
   * An `error` frame; the codes are those of the HTTP side.
   * @param {import('./contract.js').ErrorReply | import('./contract.js').LostReply} reply
   */
  static ofReply(reply) {
    if (reply.type === 'lost') return Problem.unreachable();
    return new Problem({ status: 0, code: reply.code, detail: inWords(reply), retryAfter: reply.retry_after, why: reply.why });
  }

  /**
   * @param {Response} response
   * @returns {Promise<Problem>}
   */
  static async from(response) {
    const body = await bodyOf(response);
    const code = body.code ?? body.error ?? CODES[response.status] ?? 'internal';
    return new Problem({
      status: response.status,
      code,
      detail: inWords({ code, message: body.detail ?? body.error_description ?? '', why: body.why }),
      retryAfter: body.retry_after ?? (Number(response.headers.get('Retry-After')) || undefined),
      why: body.why,
      fields: fieldSentences(body.errors),
    });
  }
}

/**
 * A proxy in between may answer with a page of HTML: that is no reason to fail in another way than the status says.
 * @param {Response} response
 * @returns {Promise<Record<string, any>>}
 */
async function bodyOf(response) {
  try {
    const body = await response.json();
    return body !== null && typeof body === 'object' ? body : {};
  } catch {
    return {};
  }
}

/**
 * By the last part of each field's path: that is what a form calls it.
 * @param {unknown} errors
 * @returns {Record<string, string>}
 */
function fieldSentences(errors) {
  if (!Array.isArray(errors)) return {};
  return Object.fromEntries(errors.map(({ field, message }) => [String(field).split('.').at(-1), String(message)]));
}
