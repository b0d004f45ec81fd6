// Words, numbers and times for people, in the page's language.

export class Words {
  constructor(page) {
    this.words = page.words;
    this.lang = page.lang;
  }

  // The template in the page's language, with {name} filled from `values`.
  say(template, values = {}) {
    const said = this.words[template] || template;
    return said.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  number(value, digits = 0) {
    return new Intl.NumberFormat(this.lang, { maximumFractionDigits: digits }).format(value);
  }

  // An RFC 3339 time, or seconds since 1970, as the clocks in China show it.
  time(value, { day = false } = {}) {
    const when = typeof value === 'number' ? new Date(value * 1000) : new Date(value);
    if (Number.isNaN(when.getTime())) return '';
    const form = { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' };
    const clock = day ? {} : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    return new Intl.DateTimeFormat('sv-SE', { ...form, ...clock }).format(when);
  }
}
