// Rectangles drawn over faces and number plates; what lies under them is filled for good.
// A rectangle is drawn by mouse or finger; by keyboard it is put in the middle, then moved (arrows) and sized (Shift).

import { post } from './api.js';
import { fill, h, icon } from './dom.js';
import { busy } from './form.js';
import { actingPerson } from './people.js';
import { t } from './words.js';

const SMALLEST = 0.008; // of the picture's side: less is a slip of the finger
const STEP = 0.01;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

// The contents of the viewer while redacting; `onsaved(photo)` gets the redacted photo.
export function redaction(photo, { onsaved, oncancel }) {
  const board = new Board(photo);
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const save = h('button', { type: 'button', class: 'btn primary' }, t('Hide for good'));
  const act = (drawing, title, onclick, name) =>
    h('button', { type: 'button', class: `btn ${name}`, onclick }, icon(drawing), h('span', {}, title));
  save.addEventListener('click', () => busy(save, () => submit(photo, board, answer, onsaved)));
  board.onchange = (count) => {
    save.disabled = count === 0;
  };
  board.show();
  return [
    h('header', {}, h('h2', {}, t('Hide faces or plates'))),
    h('div', { class: 'stage' }, board.element),
    h(
      'footer',
      {},
      h('p', {}, t('Draw rectangles over what nobody must see. It is filled for good: nobody can bring it back.')),
      answer,
      h(
        'div',
        { class: 'buttons' },
        save,
        act('undo', t('Undo'), () => board.undo(), 'undo'),
        act('plus', t('Rectangle'), () => board.put(), 'put'),
        h('button', { type: 'button', class: 'btn quiet', onclick: oncancel }, t('Cancel')),
      ),
    ),
  ];
}

async function submit(photo, board, answer, onsaved) {
  answer.hidden = true;
  const by = actingPerson()?.code;
  try {
    const rectangles = board.rectangles.map((one) => one.map((part) => Math.round(part * 1e5) / 1e5));
    onsaved(await post(`/photos/${photo.id}/redact`, { rectangles, ...(by ? { by } : {}) }));
  } catch (error) {
    answer.hidden = false;
    fill(answer, error.message);
  }
}

const within = (value, low, high) => Math.min(high, Math.max(low, value));

// The picture with its rectangles: [left, top, width, height] as fractions of it.
class Board {
  constructor({ url, role_name, width, height }) {
    this.rectangles = [];
    this.onchange = () => {};
    this.marks = h('div', { class: 'marks' });
    this.element = h(
      'div',
      { class: 'board', style: { '--ratio': `${width} / ${height}`, '--shape': String(width / height) } },
      h('img', { src: url, alt: role_name, draggable: 'false' }),
      this.marks,
    );
    this.element.addEventListener('pointerdown', (event) => this.draw(event));
  }

  show() {
    fill(
      this.marks,
      this.rectangles.map((_, i) => this.mark(i)),
    );
    this.onchange(this.rectangles.length);
  }

  mark(i) {
    const [left, top, width, height] = this.rectangles[i].map((part) => `${part * 100}%`);
    return h('div', {
      class: 'mark-box',
      tabindex: '0',
      role: 'img',
      'aria-label': t('Rectangle {n}: arrows move it, with Shift they change its size', { n: i + 1 }),
      style: { left, top, width, height },
      onkeydown: (event) => this.nudge(event, i),
    });
  }

  // Where on the picture, as fractions of it.
  at(event) {
    const box = this.element.getBoundingClientRect();
    return [
      within((event.clientX - box.left) / box.width, 0, 1),
      within((event.clientY - box.top) / box.height, 0, 1),
    ];
  }

  draw(start) {
    if (start.button !== 0) return;
    start.preventDefault();
    const from = this.at(start);
    const over = new AbortController();
    const i = this.rectangles.length;
    const move = (event) => {
      const to = this.at(event);
      const low = from.map((part, axis) => Math.min(part, to[axis]));
      this.rectangles[i] = [...low, ...from.map((part, axis) => Math.abs(to[axis] - part))];
      this.show();
    };
    const end = () => {
      over.abort();
      const last = this.rectangles[i];
      if (last && (last[2] < SMALLEST || last[3] < SMALLEST)) this.undo();
    };
    this.element.setPointerCapture(start.pointerId);
    this.element.addEventListener('pointermove', move, { signal: over.signal });
    this.element.addEventListener('pointerup', end, { signal: over.signal });
    this.element.addEventListener('pointercancel', end, { signal: over.signal });
  }

  put() {
    this.rectangles.push([0.4, 0.4, 0.2, 0.2]);
    this.show();
    this.marks.lastChild.focus();
  }

  undo() {
    this.rectangles.pop();
    this.show();
  }

  nudge(event, i) {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    const [left, top, width, height] = this.rectangles[i];
    this.rectangles[i] = event.shiftKey
      ? [left, top, within(width + by[0], STEP, 1 - left), within(height + by[1], STEP, 1 - top)]
      : [within(left + by[0], 0, 1 - width), within(top + by[1], 0, 1 - height), width, height];
    this.show();
    this.marks.children[i].focus();
  }
}
