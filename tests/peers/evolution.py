"""GNOME's calendar engine as a subscriber; run by the system's Python under dbus-run-session.

``python3 evolution.py URL``: for each line read, fetches again and prints all events as one line of
JSON: ``[[UID, title, start as UTC], …]``.
"""

import json
import sys
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, GLib, ICalGLib  # noqa: E402


def source(registry, url):
    """A subscribed web calendar."""
    parts = urlsplit(url)
    made = EDataServer.Source.new_with_uid("visits", None)
    made.set_parent("webcal-stub")
    made.set_display_name("Studiebesök")
    made.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("webcal")
    made.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_resource_path(parts.path)
    where = made.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
    where.set_host(parts.hostname)
    where.set_port(parts.port)
    where.set_method("none")
    made.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_secure(False)
    registry.commit_source_sync(made, None)
    for _ in range(100):
        found = registry.ref_source("visits")
        if found is not None:
            return found
        while GLib.MainContext.default().iteration(False):
            pass
        time.sleep(0.1)
    raise SystemExit("the source was not made")


def row(component):
    """UID, title and instant of one event."""
    start = component.get_dtstart()
    zone = ICalGLib.Timezone.get_builtin_timezone(start.get_tzid() or "UTC")
    seconds = start.get_value().as_timet_with_zone(zone)
    title = component.get_summary().get_value()
    instant = datetime.fromtimestamp(seconds, UTC)
    return [component.get_uid(), title, instant.isoformat()]


def main():
    """Answer each line."""
    registry = EDataServer.SourceRegistry.new_sync(None)
    client = ECal.Client.connect_sync(
        source(registry, sys.argv[1]), ECal.ClientSourceType.EVENTS, 20, None
    )
    for _line in sys.stdin:
        client.refresh_sync(None)
        _ok, found = client.get_object_list_as_comps_sync("#t", None)
        print(json.dumps(sorted(map(row, found))), flush=True)


if __name__ == "__main__":
    main()
