// Subscriptions: where notices go beside the inbox, what became of the last ones, a test, a new secret.

import { get, post, put, remove, table } from './api.js';
import { askForm } from './dialog.js';
import { fill, find, findAll, h, icon } from './dom.js';
import { busy, field, input, segmented } from './form.js';
import { actingPerson } from './people.js';
import { personField } from './person-field.js';
import { toast, told } from './toast.js';
import { count, t, time } from './words.js';

export function start() {
  told(() => new Channels(find('#content')).begin());
}

class Channels {
  constructor(place) {
    this.place = place;
    this.list = h('div', { class: 'channel-list', 'aria-live': 'polite' });
  }

  async begin() {
    this.kinds = await table('/notice-kinds');
    const add = (channel, title, drawing) =>
      h('button', { type: 'button', class: 'btn', 'data-add': channel, onclick: () => this.edit({ channel }) }, icon(drawing), title);
    const buttons = h('div', { class: 'buttons' }, add('mail', t('Add an e-mail address'), 'plus'), add('webhook', t('Add a web address'), 'plus'));
    fill(this.place, buttons, this.list);
    await this.load();
  }

  async load() {
    const found = await get('/subscriptions');
    const cards = found.map((one) => this.card(one));
    fill(this.list, cards.length ? cards : h('p', { class: 'card empty' }, t('Nothing is sent out yet.')));
  }

  card(one) {
    const state = one.active ? h('span', { class: 'badge on' }, t('On')) : h('span', { class: 'badge off' }, t('Switched off'));
    const kinds = one.kinds.length ? one.kinds.map((kind) => this.title(kind)).join(t(', ')) : t('Every kind');
    const whose = one.person ? one.person_name : t("Everybody's notices");
    return h(
      'article',
      { class: 'card channel', 'data-id': one.id, 'data-channel': one.channel },
      h('div', { class: 'channel-head' }, h('span', { class: 'badge' }, one.channel_name), h('b', {}, one.target), state),
      h('p', { class: 'channel-kinds' }, `${whose} · ${kinds}`),
      one.note && h('p', { class: 'notice error' }, one.note),
      deliveries(one.deliveries),
      this.buttons(one),
    );
  }

  title(kind) {
    return this.kinds.find((one) => one.kind === kind)?.title || kind;
  }

  buttons(one) {
    const button = (name, title, action, look = '') =>
      h('button', { type: 'button', class: `btn small ${look}`, 'data-do': name, onclick: (event) => busy(event.currentTarget, () => told(action)) }, title);
    const change = (changes) => async () => (await put(`/subscriptions/${one.id}`, changes), this.load());
    return h(
      'div',
      { class: 'buttons' },
      button('test', t('Send a test'), () => this.test(one)),
      button('edit', t('Edit'), () => this.edit(one)),
      button('active', one.active ? t('Switch off') : t('Switch on'), change({ active: !one.active })),
      one.channel === 'webhook' && button('secret', t('New secret'), () => this.renew(one)),
      button('remove', t('Remove'), () => this.ask(one), 'quiet'),
    );
  }

  async test(one) {
    const { delivered, error } = await post(`/subscriptions/${one.id}/test`, {});
    if (delivered) toast(t('The test message has arrived.'));
    else toast(t('It did not arrive: {error}', { error }), { error: true });
    await this.load();
  }

  edit(one) {
    const form = new ChannelForm(one, this.kinds);
    askForm({
      title: one.id ? t('Change the subscription') : form.mail ? t('Add an e-mail address') : t('Add a web address'),
      parts: form.parts(),
      save: t('Save'),
      onsave: async () => {
        const made = await form.send();
        await this.load();
        if (made.secret) showSecret(made.secret);
      },
    });
  }

  async renew(one) {
    const made = await put(`/subscriptions/${one.id}`, { new_secret: true });
    showSecret(made.secret);
  }

  ask(one) {
    askForm({
      title: t('Remove this subscription?'),
      parts: h('p', {}, one.target),
      save: t('Remove'),
      onsave: async () => (await remove(`/subscriptions/${one.id}`), this.load()),
    });
  }
}

class ChannelForm {
  constructor(one, kinds) {
    Object.assign(this, { one, kinds, mail: one.channel === 'mail', some: Boolean(one.kinds?.length) });
  }

  parts() {
    const { one, mail } = this;
    const chosen = one.person ? { code: one.person, name: one.person_name } : null;
    const address = mail ? { type: 'email', autocomplete: 'off' } : { type: 'url', placeholder: 'https://' };
    this.target = input('target', one.target, address);
    this.person = personField({
      name: 'person', label: t('Whose notices'), chosen, required: mail, hint: mail ? '' : t("Empty: everybody's"),
    });
    const which = [['all', t('Every kind')], ['some', t('Only some')]];
    this.list = h('div', { class: 'kind-checks', hidden: !this.some }, this.kinds.map((kind) => this.check(kind)));
    const choice = segmented('which', which, this.some ? 'some' : 'all', (value) => this.choose(value === 'some'), t('Which kinds'));
    return [
      field(mail ? t('E-mail address') : t('Web address'), this.target, { required: true }),
      this.person.element,
      h('div', { class: 'field', 'data-field': 'kinds' }, choice, this.list, h('span', { class: 'field-error', hidden: true })),
    ];
  }

  check({ kind, title }) {
    const checked = this.one.kinds?.includes(kind);
    return h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'kind', value: kind, checked }), h('span', {}, title));
  }

  choose(some) {
    this.some = some;
    this.list.hidden = !some;
  }

  send() {
    const kinds = this.some ? findAll('input:checked', this.list).map((box) => box.value) : [];
    const body = { target: this.target.value.trim(), person: this.person.value()?.code || '', kinds };
    const { id, channel } = this.one;
    return id ? put(`/subscriptions/${id}`, body) : post('/subscriptions', { ...body, channel, by: actingPerson()?.code || '' });
  }
}

function showSecret(secret) {
  const parts = [
    h('p', {}, t('With this secret what is sent is signed. It is shown this once: keep it at the receiving end.')),
    h('code', { class: 'secret' }, secret),
  ];
  askForm({ title: t('The secret'), parts, save: t('I have kept it'), onsave: () => {} });
}

const STATES = () => ({ sent: t('Sent'), waiting: t('Waiting for the next try'), failed: t('Given up') });

function deliveries(rows) {
  if (!rows.length) return h('p', { class: 'muted' }, t('Nothing was sent there yet.'));
  const failed = rows.filter(({ state }) => state !== 'sent').length;
  const lines = rows.map((one) =>
    h(
      'li',
      { 'data-state': one.state },
      h('span', {}, [STATES()[one.state], time(one.done_at || one.next_at), t('{n} tries', { n: count(one.attempts) })].filter(Boolean).join(' · ')),
      one.last_error && h('small', {}, one.last_error),
    ),
  );
  const title = failed ? t('Last deliveries, {n} of them not arrived', { n: count(failed) }) : t('Last deliveries');
  return h('details', { open: failed > 0 }, h('summary', {}, title), h('ul', { class: 'deliveries' }, lines));
}
