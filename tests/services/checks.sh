#!/usr/bin/env bash
# What `make lint` asks Django and git, with the settings of a real deployment.
set -euo pipefail

PY=${PY:-.venv/bin/python}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export DATA_DIR=$scratch BASE_URL=https://bokning.example DJANGO_SETTINGS_MODULE=config.settings
export SECRET_KEY=Only-4-the-checks.Nothing-is-signed-with-it.0123456789-abcdefghijk
unset DATABASE_URL REDIS_URL EMAIL_URL MAILBOX_URL SMS_URL SMS_FROM SMS_SECRET ALLOWED_HOSTS DEBUG LANGUAGE_CODE

if [ "${1:-}" = messages ]; then
  rm -f locale/sv/LC_MESSAGES/django.po
  "$PY" manage.py makemessages --locale en --locale sv --no-wrap --no-obsolete --no-location \
    --ignore '.venv/*' --ignore 'tests/*' --ignore 'data/*'
  # Swedish is the language of the source: each text is its own translation. Without a catalogue
  # Django would fall back to LANGUAGE_CODE's.
  msgen --no-wrap locale/sv/LC_MESSAGES/django.po -o locale/sv/LC_MESSAGES/django.po
  "$PY" manage.py compilemessages --ignore '.venv/*'
  exit
fi

"$PY" manage.py makemigrations --check --dry-run
"$PY" manage.py check --deploy --fail-level WARNING

# No package registry and no folder of one machine in what is published. The brackets keep this
# line from finding itself; git grep answers 1 where it finds nothing.
found=0
git grep -nIE '(pypi|pythonhosted|npmjs|crates|rubygems|maven)[.](org|com|io)|/(roo[t]|wor[k]|hom[e]/[a-z]+)/' \
  -- . || found=$?
case $found in
  0) echo "The lines above name a registry's host or a machine's own folder." >&2; exit 1 ;;
  1) ;;
  *) echo "git grep failed: is this a git work tree?" >&2; exit 1 ;;
esac
