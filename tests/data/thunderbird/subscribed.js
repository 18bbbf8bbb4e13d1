// Fetch the subscribed calendar again, and return all it shows: [[UID, title, start as UTC], …].
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const [feed] = cal.manager.getCalendars().filter((one) => one.name === "Studiebesök");
feed.refresh();
const items = await feed.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
return items.map((item) => [
  item.id,
  item.title,
  new Date(item.startDate.nativeTime / 1000).toISOString(),
]);
