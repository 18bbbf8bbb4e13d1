#!/usr/bin/env bash
# What the benchmarks need beyond pip: installed where that is allowed, otherwise named.
# With "feeds": the other calendar servers too, in an environment of their own.
set -euo pipefail

missing=()
command -v wrk >/dev/null || missing+=(wrk)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
  else
    echo "The benchmark needs: apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi

[ "${1:-}" = feeds ] || exit 0
peers=.venv/peers
if ! [ -x $peers/bin/radicale ] || ! [ -x $peers/bin/xandikos ]; then
  "${PY:-.venv/bin/python}" -m venv $peers && $peers/bin/pip install --quiet radicale xandikos ||
    echo "NOT INSTALLED, SO SKIPPED: Radicale and Xandikos" >&2
fi
