// The report that is being written (place, kind, words, source). It is kept on the device until the service has taken it, together
// with its Idempotency-Key: sent twice, it is stored once.

import { newKey } from './api.js';
import { recall, remember } from './memory.js';

const empty = () => ({ key: newKey(), geometry: null, category: '', description: '' });

export const hasDraft = () => Boolean(recall('draft')?.geometry || recall('draft')?.description);

export const draft = () => recall('draft') || empty();

export const keep = (changed) => remember('draft', changed);

export const forget = () => remember('draft', null);
