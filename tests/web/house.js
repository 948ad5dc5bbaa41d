/**
 * The HTTP side of a server, as a function in place of `fetch`: it answers by a table and records what it was asked.
 */

/** A token for a user, unsigned: the page only ever reads its subject. */
export function tokenOf(subject, mark = '') {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: subject, mark })}.x`;
}

export function json(body, status = 200, headers = {}) {
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

export function granted(subject, mark) {
  return json({ access_token: tokenOf(subject, mark), token_type: 'bearer', expires_in: 900, scope: 'chat:read' });
}

/**
 * `answers` maps 'POST /oauth/token' to a response, or to a function of the request; an Error is a network that fails.
 */
export function house(answers) {
  const asked = [];
  const fetch = async (path, request) => {
    const body = request.body instanceof URLSearchParams ? Object.fromEntries(request.body) : request.body && JSON.parse(request.body);
    const call = { key: `${request.method} ${path.split('?')[0]}`, path, body, headers: request.headers };
    asked.push(call);
    const answer = answers[call.key];
    const given = typeof answer === 'function' ? await answer(call, asked.length) : answer;
    if (given instanceof Error) throw given;
    if (given === undefined) throw new Error(`nobody answers ${call.key}`);
    return given.clone();
  };
  return { fetch, asked, keys: () => asked.map(({ key }) => key) };
}
