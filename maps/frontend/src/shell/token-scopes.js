// What a token lets a program do.

import { t } from './words.js';

export const tokenScopes = () => ({ read: t('Only read'), write: t('Read and write') });
