// What this device remembers: who is acting, which chief, the unsaved report.
// A browser may refuse storage (private windows, full disks); then nothing is remembered.

const PREFIX = 'geo-service.';

export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
