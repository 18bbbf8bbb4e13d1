#!/usr/bin/env bash
# environment.sh FOLDER LOCK: an environment that holds what the lock names, each file by its hash.
set -euo pipefail

folder=$1 lock=$2
if [ ! -x "$folder/bin/python" ]; then
  "$(bash "$(dirname "$0")/python.sh")" -m venv --clear "$folder"
fi
echo "Installing $lock into $folder …"
if command -v uv >/dev/null; then
  uv pip sync --quiet --require-hashes --python "$folder/bin/python" "$lock"
else
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
fi
