#!/usr/bin/env bash
# Debian's Chromium and a Chinese font, for the tests that look at the screens in a browser. Does nothing where both
# are there; ends with 1 where they can't be had.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || { echo "no apt-get: install ${missing[*]} by hand" >&2; exit 1; }
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
