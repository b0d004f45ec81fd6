// What a saved map keeps of its lists, in words: the dialog says it before, the file afterwards.

import { count, t } from './words.js';

export const keptRow = ({ title, kept, total, rule }) =>
  kept === total
    ? t('{title}: all {total}', { title, total: count(total) })
    : t('{title}: {kept} of {total}, {rule}', { title, kept: count(kept), total: count(total), rule });
