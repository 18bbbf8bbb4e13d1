#!/usr/bin/env bash
# Print the newest Python that can make an environment, or say what to install.
set -euo pipefail

for candidate in python3.13 python3.12 python3.11 python3; do
  if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
    >/dev/null 2>&1; then
    command -v "$candidate"
    exit 0
  fi
done
echo "Python 3.11 or newer with venv is needed. On Debian: apt-get install python3 python3-venv" >&2
exit 1
