// Press a button of the invitation's bar and confirm what is asked; returns the own calendar.
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const pause = () => new Promise((go) => setTimeout(go, 100));
const view = Services.wm.getMostRecentWindow("mail:messageWindow").messageBrowser.contentWindow;
view.document.getElementById(given.button).doCommand();
const [own] = cal.manager.getCalendars().filter((one) => one.type === "storage");
for (let i = 0; i < 300; i++) {
  await pause();
  for (const asked of Services.wm.getEnumerator(null)) {
    if (/ItipIdentity|itip|commonDialog/i.test(asked.document.documentURI)) {
      asked.document.querySelector("dialog")?.acceptDialog();
    }
  }
  const items = await own.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  const said = items.map((item) => ({
    uid: item.id,
    title: item.title,
    start: item.startDate.getInTimezone(cal.dtz.UTC).icalString,
    sequence: item.getProperty("SEQUENCE"),
    partstat: item.getAttendees().map((one) => one.participationStatus),
  }));
  if (said.some((one) => one.partstat.includes(given.partstat))) return said;
}
throw new Error("the calendar never showed the answer");
