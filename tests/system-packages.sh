#!/usr/bin/env bash
# The servers and programs that the tests need beside Python: installed when we are root, named when we are not.
set -euo pipefail

packages=(postgresql-15 postgresql-15-postgis-3 gdal-bin chromium fonts-noto-cjk strace)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "Not installed: ${missing[*]} — the tests that need them are skipped (and fail when CI=true)." >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
