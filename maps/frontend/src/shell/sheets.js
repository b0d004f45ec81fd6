// Lists that leave the page: as text for the clipboard, as a CSV file that Excel opens in Chinese.

const MARK = '\ufeff'; // tells Excel that the file is UTF-8
const FORMULA = /^[=+\-@\t\r]/;

// Copies a text; also where the page came over plain HTTP and the browser has no clipboard to offer.
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const box = document.createElement('textarea');
  box.value = text;
  document.body.append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  return done;
}

// `lines`: lists of cells, the head first.
export function saveCsv(name, lines) {
  const text = MARK + lines.map((line) => line.map(cell).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

// A text that a spreadsheet would run as a formula is kept a text.
function cell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
