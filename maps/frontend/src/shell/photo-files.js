// A photo on the device, made ready to be sent: small enough, with place and time where the file may have lost them.

import { newKey, post } from './api.js';
import { t } from './words.js';

const LARGEST_BYTES = 12 * 1024 * 1024;
const LONGEST_SIDE_PX = 2560;
const QUALITY = 0.88;
const FRESH_MS = 10 * 60_000; // just taken: the device is still where the photo was taken
const PLACE_PATIENCE_MS = 6000;
const TAKEN_AS_THEY_ARE = ['image/jpeg', 'image/png', 'image/webp'];

// {blob, said}: the original where the service takes it (it reads place and time from it), else a smaller JPEG.
export async function prepared(file) {
  const original = TAKEN_AS_THEY_ARE.includes(file.type) && file.size <= LARGEST_BYTES;
  const blob = original ? file : await shrunk(file);
  const fresh = Date.now() - file.lastModified < FRESH_MS;
  const place = fresh ? await devicePlace() : null;
  const at = (fresh || !original) && file.lastModified ? { taken_at: new Date(file.lastModified).toISOString() } : {};
  return { blob, said: { ...place, ...at } };
}

async function shrunk(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null);
  if (!bitmap) throw new Error(t('This device cannot read “{name}”. Please choose a JPEG photo.', { name: file.name }));
  const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((done) => {
    canvas.toBlob(done, 'image/jpeg', QUALITY);
  });
}

// {lon, lat} of the device, or null where it is not told (in time, or at all: browsers tell it over HTTPS only).
function devicePlace() {
  if (!window.isSecureContext || !navigator.geolocation) return null;
  const options = { enableHighAccuracy: true, timeout: PLACE_PATIENCE_MS, maximumAge: 60_000 };
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude }),
      () => done(null),
      options,
    );
  });
}

// Photos that wait on this page until they are sent; each keeps its key, so that a retry never adds it twice.
export const waiting = (file, role) => ({ file, role, key: newKey(), address: URL.createObjectURL(file) });

export async function send(problemId, { file, role, key }, by) {
  const { blob, said } = await prepared(file);
  const form = new FormData();
  for (const [name, value] of Object.entries({ role, by: by || '', ...said })) form.append(name, value);
  form.append('file', blob, 'photo.jpg');
  return post(`/problems/${problemId}/photos`, form, { 'Idempotency-Key': key });
}
