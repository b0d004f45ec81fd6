// Images of a style by name: mark/GROUP/KEY/THEME and hatch/GROUP/KEY/THEME.
import { findLook, hatchImage, markImage } from './marks.js';

const MARK_SIZE = 24;

export const markName = (group, key, theme) => `mark/${group}/${key}/${theme}`;
export const hatchName = (group, key, theme) => `hatch/${group}/${key}/${theme}`;

// {data: ImageData, pixelRatio}, or null for a name that is not ours.
export function makeImage(styles, name, pixelRatio) {
  const [kind, group, key, theme] = name.split('/');
  const look = findLook(styles, group, key);
  if (!look) return null;
  if (kind === 'hatch') return hatchImage(look, theme, pixelRatio);
  return markImage(styles, look, theme, { size: MARK_SIZE, pixelRatio });
}
