// All events of the calendar on standard input, as ical.js reads them: one line of JSON on standard
// output, [[UID, title, start as UTC], …].
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}
const rows = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return [event.uid, event.summary, event.startDate.toJSDate().toISOString()];
});
process.stdout.write(JSON.stringify(rows));
