// A new category, or a new group of them: code and names; everything else is set in its form.

import { post } from './api.js';
import { askForm } from './dialog.js';
import { field, input, select } from './form.js';
import { actingPerson } from './people.js';
import { t } from './words.js';

// `ondone(code)` is called with the new one.
export function askNew(categories, ondone) {
  const groups = categories.filter((one) => !one.parent).map((one) => [one.code, `${one.code} ${one.name}`]);
  const parent = select('parent', [['', t('A new group')], ...groups], groups[0]?.[0] || '');
  const code = input('code', '', { maxlength: 20 });
  const zh = input('name_zh', '', { maxlength: 500, lang: 'zh' });
  const en = input('name_en', '', { maxlength: 500, lang: 'en' });
  askForm({
    title: t('New category'),
    save: t('Add'),
    parts: [
      field(t('Kind group'), parent),
      field(t('Code'), code, { required: true }),
      field(t('Name in Chinese'), zh, { required: true }),
      field(t('Name in English'), en, { required: true }),
    ],
    onsave: async () => {
      const by = actingPerson()?.code;
      const body = { parent: parent.value, code: code.value.trim(), name_zh: zh.value, name_en: en.value };
      const made = await post('/categories', { ...body, ...(by ? { by } : {}) });
      ondone(made.code);
    },
  });
}
