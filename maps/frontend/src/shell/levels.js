// How high a finding comes from, the lowest first; from the third on it is one from above (督查反馈).

export const LEVELS = ['self', 'village', 'subdistrict', 'county', 'city'];

export const isFromAbove = (level) => LEVELS.indexOf(level) >= LEVELS.indexOf('subdistrict');
