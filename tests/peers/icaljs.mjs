// `node icaljs.mjs FOLDER FILE`: all events of FILE as one line of JSON, read by the ical.js in FOLDER:
// [[UID, title, start as UTC], …].
import fs from "node:fs";
import { createRequire } from "node:module";

const [folder, file] = process.argv.slice(2);
const found = createRequire(`${folder}/`)("ical.js");
const ICAL = found.default ?? found;

const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}
const rows = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return [event.uid, event.summary, event.startDate.toJSDate().toISOString()];
});
console.log(JSON.stringify(rows));
