#!/usr/bin/env bash
# Chromium and a Chinese font, for the browser tests; from Debian's packages.
set -euo pipefail
fonts() { fc-list 2>/dev/null | grep -qi 'noto.*cjk'; }
if command -v chromium >/dev/null && fonts; then exit 0; fi
if [ "$(id -u)" -ne 0 ]; then
  echo "The browser tests need Chromium and a Chinese font: sudo apt-get install chromium fonts-noto-cjk" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install --yes --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
