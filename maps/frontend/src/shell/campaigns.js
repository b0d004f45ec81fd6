// The administrator's page of campaigns: a card for each, a form to make and change one.

import { CampaignForm } from './campaign-form.js';
import { get, table } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { busy } from './form.js';
import { RuleRows } from './rule-rows.js';
import { told } from './toast.js';
import { day, now, t } from './words.js';

const MONTH_MS = 30 * 86_400_000;

export function start() {
  told(() => new Campaigns(find('#content')).begin());
}

const dayOf = (ms) => day(new Date(ms).toISOString());

class Campaigns extends RuleRows {
  constructor(place) {
    super(place, { name: 'campaigns', key: 'code' });
    this.list = h('div', { class: 'campaign-list' });
  }

  async begin() {
    const [sheet, categories] = await Promise.all([get('/campaigns'), table('/categories')]);
    this.categories = [...categories].sort((a, b) => (a.code < b.code ? -1 : 1));
    const fresh = () => ({ begin: dayOf(now()), end: dayOf(now() + MONTH_MS) });
    const add = h('button', { type: 'button', class: 'btn primary', 'data-add': 'campaign', onclick: () => this.change(fresh()) }, icon('plus'), t('New campaign'));
    fill(this.place, h('div', { class: 'buttons' }, add), this.list);
    this.show(sheet);
  }

  show(sheet) {
    this.sheet = sheet;
    const cards = sheet.campaigns.map((one) => this.card(one));
    fill(this.list, cards.length ? cards : h('p', { class: 'card empty' }, t('There is no campaign yet.')));
  }

  card(one) {
    const older = this.sheet.campaigns.find(({ code }) => code === one.baseline_of);
    const facts = [
      [t('Days'), `${one.begin} – ${one.end}`],
      [t('Document'), one.document],
      [t('Programme'), one.programme],
      [t('Baseline'), older && t('that of “{name}”', { name: older.name_zh })],
      [t('Phases'), one.phases.map((phase) => `${phase.name_zh} ${phase.begin} – ${phase.end}`).join(t('; '))],
      [t('Targets'), one.targets.map((target) => `${target.name_zh} ${Math.round(target.aim * 100)}% · ${target.by}`).join(t('; '))],
    ];
    const button = (name, title, action) =>
      h('button', { type: 'button', class: `btn small ${name === 'remove' ? 'quiet' : ''}`, 'data-do': name, onclick: (event) => busy(event.currentTarget, () => told(action)) }, title);
    return h(
      'article',
      { class: 'card', 'data-code': one.code },
      h('h2', {}, one.name_zh),
      one.name_en && h('small', {}, one.name_en),
      h('dl', { class: 'facts' }, facts.filter(([, value]) => value).map(([title, value]) => [h('dt', {}, title), h('dd', {}, value)])),
      h(
        'div',
        { class: 'buttons' },
        h('a', { class: 'btn small', href: `/progress?campaign=${encodeURIComponent(one.code)}` }, t('Progress')),
        button('edit', t('Edit'), () => this.change(one)),
        button('again', t('Second round'), () => this.change(secondRound(one))),
        button('remove', t('Remove'), () => this.ask(one, { title: t('Remove this campaign?'), name: one.name_zh })),
      ),
    );
  }

  change(old) {
    const { choices } = this.sheet;
    const others = this.rows.filter((one) => one.code !== old.code);
    const form = new CampaignForm(old, { others, choices, categories: this.categories });
    this.edit(old, { title: old.code ? t('Change the campaign') : t('New campaign'), form });
  }
}

// A new campaign that carries the baseline of an older one on; its days and phases are to be set anew.
function secondRound(one) {
  const begin = Date.parse(one.end) + 86_400_000;
  return { name_zh: t('{name} (second round)', { name: one.name_zh }), programme: one.programme, begin: dayOf(begin), end: dayOf(begin + MONTH_MS), baseline_of: one.code };
}
