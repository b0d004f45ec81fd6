#!/usr/bin/env bash
# The servers and programs that the tests need beside Python: installed when we are root, named when we are not.
set -euo pipefail

needed=(postgresql-15 postgresql-15-postgis-3 gdal-bin chromium fonts-noto-cjk strace)
helpful=(chromium-headless-shell) # without it Chromium itself does its work, in more time

missing() {
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
  done
}
install() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove "$@" >/dev/null
}

mapfile -t lacking < <(missing "${needed[@]}")
if [ ${#lacking[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "Not installed: ${lacking[*]} — the tests that need them are skipped (and fail when CI=true)." >&2
    exit 0
  fi
  install "${lacking[@]}"
fi
if [ "$(id -u)" -eq 0 ] && [ -n "$(missing "${helpful[@]}")" ]; then
  # With Chromium, so that both have one version.
  install chromium "${helpful[@]}" || echo "Not installed: ${helpful[*]}." >&2
fi
