"""Thunderbird as a subscriber, without a screen; run by a Python that has marionette-driver.

``python thunderbird.py PORT``: talks to a Thunderbird that listens for Marionette on PORT. For each
line read, fetches again and prints all events as one line of JSON: ``[[UID, title, start as UTC],
…]``.
"""

import json
import sys

from marionette_driver.marionette import Marionette

_LOOK = """
const [done] = Array.from(arguments).slice(-1);
(async () => {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const [feed] = cal.manager.getCalendars().filter((one) => one.name === "Studiebesök");
  feed.refresh();
  const kind = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS;
  const items = await feed.getItemsAsArray(kind, 0, null, null);
  return items.map((item) => [
    item.id,
    item.title,
    new Date(item.startDate.nativeTime / 1000).toISOString(),
  ]);
})().then(done, (error) => done(String(error)));
"""


def main():
    """Answer each line."""
    client = Marionette(host="127.0.0.1", port=int(sys.argv[1]))
    client.start_session()
    client.set_context("chrome")
    client.timeout.script = 30
    for _line in sys.stdin:
        found = client.execute_async_script(_LOOK)
        if isinstance(found, str):
            raise SystemExit(found)
        print(json.dumps(sorted(found)), flush=True)


if __name__ == "__main__":
    main()
