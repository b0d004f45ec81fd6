// The one doorway to the service: JSON in, JSON out, errors as ApiError.

import { sessionEnded, sessionIsBack } from './session-end.js';
import { t } from './words.js';

export class ApiError extends Error {
  // `fields`: what is wrong with which field, row or vertex; `current`: the stored Feature after a conflict.
  constructor({ status = 0, title = '', detail = '', errors = [], current = null }) {
    super(detail || title);
    this.status = status;
    this.fields = errors;
    this.current = current;
  }
}

// The address of an API path with its query; empty values are left out, arrays become "a,b".
export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, lang: window.geo.page.lang })) {
    if (value !== undefined && value !== null && value !== '' && value !== false)
      search.set(name, said(value));
  }
  return `${window.geo.page.api}${path}?${search}`;
}

const said = (value) => (value === true ? '1' : String(value));

async function request(method, path, { query, body, headers = {}, signal } = {}) {
  const form = body instanceof FormData;
  const response = await sent(address(path, query), {
    method,
    signal,
    headers: {
      Accept: 'application/json',
      ...(window.geo.page.me ? { 'Geo-Signed-In': '1' } : {}), // not the public's view where the session has ended
      ...(body && !form ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    body: form || body === undefined ? body : JSON.stringify(body),
  });
  if (response.status === 401) sessionEnded();
  if (!response.ok) throw new ApiError(await problem(response));
  sessionIsBack();
  return response.status === 204 ? null : response.json();
}

async function sent(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError({ detail: t('The service cannot be reached. Check the network and try again.') });
  }
}

async function problem(response) {
  const fallback = {
    status: response.status,
    detail: t('The service answered with error {status}.', { status: response.status }),
  };
  if (!/json/.test(response.headers.get('Content-Type') || '')) return fallback;
  return { ...fallback, ...(await response.json()) };
}

export const get = (path, query, signal) => request('GET', path, { query, signal });
export const post = (path, body, headers) => request('POST', path, { body, headers });
export const put = (path, body, headers, query) => request('PUT', path, { body, headers, query });
export const patch = (path, body, headers) => request('PATCH', path, { body, headers });
export const remove = (path, headers, query) => request('DELETE', path, { headers, query });

// Of a question asked again and again only the last answer counts: an earlier one that comes later is `undefined`.
export function newest(ask) {
  let turn = 0;
  return async (...said) => {
    turn += 1;
    const mine = turn;
    try {
      const found = await ask(...said);
      return mine === turn ? found : undefined;
    } catch (error) {
      if (mine === turn) throw error;
      return undefined;
    }
  };
}

// A promise that is fetched once per page, for tables that do not change.
const tables = new Map();
export function table(path) {
  if (!tables.has(path))
    tables.set(
      path,
      get(path).catch((error) => (tables.delete(path), Promise.reject(error))),
    );
  return tables.get(path);
}

// crypto.randomUUID exists only over HTTPS; a town's intranet may be plain HTTP.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
