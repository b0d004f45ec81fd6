// Instead of a page that is for others: why.

import { fill, find } from './dom.js';

export function start() {
  fill(find('#why'), window.geo.page.why);
}
