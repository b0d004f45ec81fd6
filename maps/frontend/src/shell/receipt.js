// The page behind a receipt: how the report stands, and what its reporter may add.

import { get, post } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { facts } from './facts.js';
import { busy, field, showErrors, textarea } from './form.js';
import { publicPhotos } from './public-photos.js';
import { mark, stateChip } from './states.js';
import { toast, told } from './toast.js';
import { t, time } from './words.js';

const receipt = () => location.pathname.split('/').at(-1);

export async function start() {
  try {
    show(await get(`/reports/${receipt()}`));
  } catch (error) {
    const text = error.status === 404 ? t('This link opens no report. Please look whether it is whole.') : error.message;
    fill(find('#content'), h('p', { class: 'notice error', role: 'alert' }, icon('alert'), h('span', {}, text)));
  }
}

function show(report) {
  fill(
    find('#content'),
    link(),
    h('section', { class: 'card' }, head(report), steps(report), about(report)),
    report.may_be_judged && verdict(report),
    more(report),
  );
}

// The address itself, to be kept; a copy without the page's switches of language and brightness.
function link() {
  const address = `${location.origin}/report/${receipt()}`;
  const copy = () => told(async () => (await navigator.clipboard.writeText(address), toast(t('Copied'))));
  const button = navigator.clipboard && h('button', { type: 'button', class: 'btn small', onclick: copy }, icon('copy'), h('span', {}, t('Copy')));
  return h('p', { class: 'notice info receipt-link' }, icon('file'), h('span', {}, t('Your link:'), ' ', h('code', {}, address)), button);
}

const head = (report) =>
  h('div', { class: 'problem-head' }, h('b', {}, report.category_name), stateChip(report), h('code', {}, report.code));

const steps = (report) =>
  h(
    'ol',
    { class: 'timeline', id: 'steps' },
    [...report.steps].reverse().map((one) =>
      h('li', { 'data-state': one.state }, mark(one.state), h('div', {}, h('b', {}, one.text), h('small', {}, time(one.at)))),
    ),
  );

const about = (report) =>
  facts([
    [t('Reported'), time(report.at)],
    [t('Deadline'), !report.closed_at && time(report.due_at)],
    [t('Closed at'), time(report.closed_at)],
    [t('Photos received'), report.photos > 0 && String(report.photos)],
  ]);

// Sends what a form says; the page is shown anew with the answer.
function form(title, parts, send, action) {
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const element = h('form', { class: 'form card', novalidate: true }, h('h2', {}, title), parts, answer, send);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(event.submitter || element, async () => {
      try {
        answer.hidden = true;
        show(await action(event.submitter));
        toast(t('Thank you.'));
      } catch (error) {
        answer.hidden = false;
        fill(answer, showErrors(element, error));
      }
    });
  });
  return element;
}

function verdict(report) {
  const text = textarea('text', '', { maxlength: 1000 });
  const said = { true: t('You said: content.'), false: t('You said: not content.') }[report.content];
  const button = (value, title, drawing) =>
    h('button', { type: 'submit', class: 'btn', value, 'data-verdict': value, 'aria-pressed': String(String(report.content) === value) }, icon(drawing), h('span', {}, title));
  const buttons = h('div', { class: 'buttons' }, button('true', t('Yes, content'), 'check'), button('false', t('No, not content'), 'close'));
  const parts = [said && h('p', { class: 'hint' }, said), field(t('Why (if you like)'), text)];
  return form(t('Are you content?'), parts, buttons, (pressed) =>
    post(`/reports/${receipt()}/verdict`, { content: pressed?.value === 'true', text: text.value.trim() }),
  );
}

function more() {
  const text = textarea('text', '', { maxlength: 1000 });
  const photos = publicPhotos();
  const send = h('button', { type: 'submit', class: 'btn primary', id: 'add' }, t('Add'));
  return form(t('Add something'), [field(t('Remark'), text), photos.element], send, async () => {
    const said = text.value.trim();
    if (said || !photos.count()) await post(`/reports/${receipt()}/remarks`, { text: said });
    text.value = '';
    if (photos.count() && (await photos.send(receipt()))) throw new Error(t('Some photos could not be sent.'));
    return get(`/reports/${receipt()}`);
  });
}
