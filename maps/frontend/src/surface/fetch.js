// JSON of the service. A refusal becomes an Error whose message is for people and whose `problem` is the answer's body.

export async function getJson(geo, path, query = {}) {
  const { body } = await send(geo, 'GET', path, { query });
  return body;
}

// One question at a time: what is asked meanwhile is asked once more afterwards, and only the last answer is shown.
export function latest(load, show) {
  let busy = false;
  let again = false;
  return async function run() {
    again = true;
    if (busy) return;
    busy = true;
    try {
      while (again) {
        again = false;
        const found = await load();
        if (!again) show(found);
      }
    } finally {
      busy = false;
    }
  };
}

// → {status, body, etag}; throws for anything that is not a success.
export async function send(geo, method, path, { query = {}, body, headers = {} } = {}) {
  const asked = new URLSearchParams({ lang: geo.page.lang });
  for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
  const typed = body ? { 'content-type': 'application/json' } : {};
  const answer = await reach(geo, `${geo.page.api}${path}?${asked}`, {
    method, headers: { ...typed, ...headers }, body: body && JSON.stringify(body),
  });
  const said = answer.status === 204 ? null : await readJson(answer);
  if (!answer.ok) throw refusal(geo, answer.status, said);
  return { status: answer.status, body: said, etag: answer.headers.get('etag') };
}

async function reach(geo, address, request) {
  try {
    return await fetch(address, request);
  } catch {
    throw new Error(geo.t('The service cannot be reached. Check the network and try again.'));
  }
}

async function readJson(answer) {
  try {
    return await answer.json();
  } catch {
    return null; // a proxy's page, for one; the status still says what happened
  }
}

function refusal(geo, status, problem) {
  const message = problem?.detail || problem?.title || geo.t('The service answered {status}.', { status });
  return Object.assign(new Error(message), { status, problem });
}
