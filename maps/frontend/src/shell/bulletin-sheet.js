// Drawing a report from top to bottom: a head, big figures, bars, lines. `y` is how far it has come.

const WIDTH = 1080;
const EDGE = 56;
const INNER = WIDTH - 2 * EDGE;
const GAP = 44;
const SMALLEST = 0.72; // of a line's size, before it is shortened

export const INK = {
  text: '#17232e', muted: '#5b6a76', line: '#e3e8eb', paper: '#ffffff', ground: '#f1f5f5', bar: '#e6eeec',
  main: '#00705a', good: '#00705a', bad: '#b3260f', warn: '#8a5200', head: '#00604d',
};

export class Sheet {
  // The height is known only after everything was drawn once: draw on a scrap first.
  constructor(canvas, height) {
    canvas.width = WIDTH;
    canvas.height = Math.max(1, Math.ceil(height));
    this.pen = canvas.getContext('2d');
    this.font = getComputedStyle(document.documentElement).getPropertyValue('--font') || 'sans-serif';
    this.y = 0;
    this.box(0, 0, WIDTH, canvas.height, INK.ground);
  }

  // ---------------------------------------------------------- parts

  head(town, title, period) {
    this.box(0, 0, WIDTH, 212, INK.head);
    this.text(town, EDGE, 74, { size: 34, colour: '#cfe9e1' });
    this.text(title, EDGE, 138, { size: 60, weight: 700, colour: '#ffffff' });
    this.text(period, EDGE, 184, { size: 30, colour: '#cfe9e1' });
    this.y = 212 + 36;
  }

  // Big numbers side by side; `small` for the second row.
  figures(figures, small = false) {
    const between = 20;
    const width = (INNER - between * (figures.length - 1)) / figures.length;
    const height = small ? 128 : 190;
    figures.forEach(({ title, value, note, colour }, i) => {
      const x = EDGE + i * (width + between);
      this.box(x, this.y, width, height, INK.paper, 20);
      this.text(title, x + 24, this.y + (small ? 42 : 50), { size: 28, colour: INK.muted, room: width - 40 });
      this.text(value, x + 24, this.y + (small ? 102 : 124), { size: small ? 50 : 72, weight: 700, colour: colour || INK.text, room: width - 40 });
      if (note && !small) this.text(note, x + 24, this.y + 166, { size: 23, colour: INK.muted, room: width - 40 });
    });
    this.y += height + 20;
  }

  // Rows of a title, a bar with its part, and the number.
  bars(title, rows, key = []) {
    const row = 64;
    const top = this.card(title, rows.length * row, key);
    const most = Math.max(...rows.map(({ value }) => value), 1);
    const left = EDGE + 300;
    const room = INNER - 300 - 120;
    rows.forEach(({ title: name, value, part }, i) => {
      const y = top + i * row;
      this.text(name, EDGE + 28, y + 42, { size: 29, room: 256 });
      this.box(left, y + 18, room, 30, INK.bar, 15);
      this.box(left, y + 18, Math.max(30, (room * value) / most), 30, INK.main, 15);
      if (part) this.box(left, y + 18, Math.max(30, (room * part) / most), 30, INK.bad, 15);
      this.text(String(value), left + room + 20, y + 43, { size: 30, weight: 700 });
    });
  }

  // Rows of a title with a smaller line below, and something at the end.
  lines(title, rows) {
    const row = rows.some(({ note }) => note) ? 94 : 64;
    const top = this.card(title, rows.length * row);
    rows.forEach(({ title: name, note, end, colour }, i) => {
      const y = top + i * row;
      if (i) this.box(EDGE + 28, y, INNER - 56, 2, INK.line);
      const size = this.text(end, WIDTH - EDGE - 28, y + 44, { size: 28, weight: 600, colour, align: 'right' });
      this.text(name, EDGE + 28, y + 44, { size: 30, weight: 500, room: INNER - 90 - size });
      if (note) this.text(note, EDGE + 28, y + 78, { size: 24, colour: INK.muted, room: INNER - 56 });
    });
  }

  // A picture as wide as the cards.
  image(picture) {
    const height = (INNER * picture.naturalHeight) / picture.naturalWidth;
    this.y += 12;
    this.box(EDGE, this.y, INNER, height + 20, INK.paper, 20);
    this.pen.drawImage(picture, EDGE + 10, this.y + 10, INNER - 20, ((INNER - 20) * height) / INNER);
    this.y += height + 20 + GAP / 2;
  }

  foot(text) {
    this.text(text, WIDTH / 2, this.y + 24, { size: 24, colour: INK.muted, align: 'center' });
    this.y += 60;
  }

  // ---------------------------------------------------------- pieces

  // A white card with its heading; where its rows begin. `key`: [colour, word] of what the bars show.
  card(title, height, key = []) {
    this.y += 12;
    this.box(EDGE, this.y, INNER, height + 92, INK.paper, 20);
    this.text(title, EDGE + 28, this.y + 54, { size: 34, weight: 700, room: INNER / 1.6 });
    let right = WIDTH - EDGE - 28;
    for (const [colour, word] of [...key].reverse()) {
      right -= this.text(word, right, this.y + 52, { size: 24, colour: INK.muted, align: 'right' }) + 12;
      this.box(right - 20, this.y + 32, 20, 20, colour, 6);
      right -= 20 + 24;
    }
    const top = this.y + 76;
    this.y += height + 92 + GAP / 2;
    return top;
  }

  box(x, y, width, height, colour, radius = 0) {
    this.pen.fillStyle = colour;
    this.pen.beginPath();
    this.pen.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
    this.pen.fill();
  }

  // Writes a line, smaller and at last shortened where it has no room; how wide it has become.
  text(text, x, y, { size, weight = 400, colour = INK.text, align = 'left', room = INNER }) {
    const all = String(text ?? '');
    const font = (px) => (this.pen.font = `${weight} ${px}px ${this.font}`);
    font(size);
    const share = Math.max(SMALLEST, room / Math.max(1, this.pen.measureText(all).width));
    if (share < 1) font(Math.floor(size * share));
    this.pen.fillStyle = colour;
    this.pen.textAlign = align;
    const said = this.fitting(all, room);
    this.pen.fillText(said, x, y);
    return this.pen.measureText(said).width;
  }

  fitting(text, room) {
    if (this.pen.measureText(text).width <= room) return text;
    const letters = [...text];
    while (letters.length && this.pen.measureText(`${letters.join('')}…`).width > room) letters.pop();
    return `${letters.join('')}…`;
  }
}
