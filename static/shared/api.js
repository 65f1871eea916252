// Requests to /api. Every failure is an ApiProblem {status, code, message, details, retryAfterSeconds} whose message is
// one sentence in the page's language, fit to be shown. Use:
//   const {lists} = await api.get('/api/words');            api.get(path, {q: 'x'})  – empty values are left out
//   await api.post(path, body)  .patch  .put  .del(path)     await api.upload(path, formData)
// Without a login (401 login_needed) the person is asked to log in where they are, if the page can ask (log_in_again.js),
// and the request is sent again; else the page goes to /login and comes back, and the promise never ends.

import { lang, texts } from './i18n.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

export class ApiProblem extends Error {
  constructor(status, { code, message, details = [], retry_after_seconds: retryAfterSeconds = null }) {
    super(message);
    Object.assign(this, { name: 'ApiProblem', status, code, details, retryAfterSeconds });
  }
}

/** A path of ours with query parameters; null, undefined and '' are left out. */
export function withQuery(path, query = {}) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path;
}

export const loginAddress = (location = globalThis.location) =>
  `/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;

let ask = null;
let asking = null;

/** `answer()` promises true when the person is logged in again, false when they will not. Returns how to stop. */
export function onLoginNeeded(answer) {
  ask = answer;
  return () => {
    ask = null;
  };
}

/** One question, however many requests wait for its answer. */
function loggedInAgain() {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

async function request(method, path, { body, form, query, signal } = {}) {
  const headers = { Accept: 'application/json', 'Accept-Language': lang() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(withQuery(path, { lang: lang(), ...query }), {
      method,
      headers,
      body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal,
      cache: 'no-store',
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiProblem(0, { code: 'offline', message: t('offline') });
  }
  if (response.status === 204) return null;
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new ApiProblem(response.status, { code: 'strange', message: t('strange') });
  }
  if (response.ok) return answer;
  const problem = answer?.error ?? { code: 'strange', message: t('strange') };
  if (problem.code === 'login_needed' && !ask) {
    globalThis.location.assign(loginAddress());
    return new Promise(() => {});
  }
  if (problem.code === 'login_needed' && (await loggedInAgain())) return request(method, path, { body, form, query, signal });
  throw new ApiProblem(response.status, problem);
}

export const api = {
  get: (path, query, signal) => request('GET', path, { query, signal }),
  post: (path, body = {}) => request('POST', path, { body }),
  put: (path, body) => request('PUT', path, { body }),
  patch: (path, body) => request('PATCH', path, { body }),
  del: (path) => request('DELETE', path),
  upload: (path, form) => request('POST', path, { form }),
};
