#!/usr/bin/env bash
# The programs that the fullest tests use. As root, missing ones are installed from Debian unless
# PROVISION=no; otherwise what will be skipped is said loudly. With CI=true a program that is still
# missing is a failure, elsewhere never.
set -euo pipefail

# package | what its absence skips
wanted="
chromium|the browser tests
fonts-inter|the right face in screenshots
postgresql|the tests on PostgreSQL
redis-server|the tests with the Redis broker
dovecot-imapd|the tests that fetch answers from a mailbox
khal|reading feeds with a second calendar program
vdirsyncer|subscribing to feeds with a real client
libpangoft2-1.0-0|the report as PDF
libical-dev|the second opinion on calendar objects
gcc|the second opinion on calendar objects
libc6-dev|the second opinion on calendar objects
nodejs|the reader of calendar objects that Thunderbird and Nextcloud use
npm|the reader of calendar objects that Thunderbird and Nextcloud use
thunderbird|a partner's own program that presses Accept and Decline, and one that subscribes
evolution-data-server|subscribing to feeds with GNOME's calendar
gir1.2-ecal-2.0|subscribing to feeds with GNOME's calendar
gir1.2-edataserver-1.2|subscribing to feeds with GNOME's calendar
python3-gi|subscribing to feeds with GNOME's calendar
dbus-daemon|subscribing to feeds with GNOME's calendar
"

present() {
  case $1 in
    chromium | khal | vdirsyncer | gcc | npm | thunderbird) command -v "$1" ;;
    nodejs) command -v node ;;
    dbus-daemon) command -v dbus-run-session ;;
    evolution-data-server) compgen -G '/usr/libexec/evolution-calendar-factory' ;;
    gir1.2-ecal-2.0) compgen -G '/usr/lib/*/girepository-1.0/ECal-2.0.typelib' ;;
    gir1.2-edataserver-1.2) compgen -G '/usr/lib/*/girepository-1.0/EDataServer-1.2.typelib' ;;
    python3-gi) /usr/bin/python3 -c 'import gi' ;;
    redis-server) command -v redis-server ;;
    dovecot-imapd) [ -x /usr/lib/dovecot/imap ] ;;
    postgresql) command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' ;;
    fonts-inter) compgen -G '/usr/share/fonts/*/*/[Ii]nter*' || compgen -G '/usr/share/fonts/*/[Ii]nter*/*' ;;
    libpangoft2-1.0-0) compgen -G '/usr/lib/*/libpangoft2-1.0.so.0' ;;
    libical-dev) [ -e /usr/include/libical/ical.h ] ;;
    libc6-dev) [ -e /usr/include/stdio.h ] ;;
  esac >/dev/null 2>&1
}

missing() {
  local package reason
  while IFS='|' read -r package reason; do
    if [ -n "$package" ] && ! present "$package"; then echo "$package|$reason"; fi
  done <<<"$wanted"
}

may_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ "${PROVISION:-}" != no ]
}

lacking=$(missing)
if [ -n "$lacking" ] && may_install; then
  mapfile -t packages < <(cut -d'|' -f1 <<<"$lacking")
  echo "Installing ${packages[*]} …"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq &&
    apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "${packages[@]}" >/dev/null; } ||
    echo "apt-get did not succeed." >&2
  lacking=$(missing)
fi

icaljs=${BASH_SOURCE[0]%/*}/../icaljs
if command -v npm >/dev/null && [ "${PROVISION:-}" != no ] && [ ! -d "$icaljs/node_modules" ]; then
  npm ci --silent --prefix "$icaljs" || echo "npm did not succeed: ical.js is skipped." >&2
fi
[ -n "$lacking" ] || exit 0

{
  echo "******** NOT INSTALLED, SO SKIPPED ********"
  while IFS='|' read -r package reason; do echo "  $package: $reason"; done <<<"$lacking"
  echo "  (as root, make test installs them)"
  echo "*******************************************"
} >&2
[ "${CI:-}" != true ]
