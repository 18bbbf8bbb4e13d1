// What ical.js, the reader of Thunderbird and Nextcloud, makes of each object: a JSON list of
// texts on standard input, a JSON list of meanings on standard output.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const instant = (time) => (time ? time.toJSDate().toISOString() : null);

function meaning(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  const [part] = calendar.getAllSubcomponents("vevent");
  const event = new ICAL.Event(part);
  const value = (name) => part.getFirstPropertyValue(name);
  const dates = [];
  if (event.isRecurring()) {
    const iterator = event.iterator();
    for (let next = iterator.next(); next; next = iterator.next()) dates.push(instant(next));
  }
  return {
    method: calendar.getFirstPropertyValue("method"),
    uid: event.uid,
    sequence: event.sequence,
    title: event.summary,
    start: instant(event.startDate),
    end: part.hasProperty("dtend") ? instant(event.endDate) : null,
    recurrence: instant(value("recurrence-id")),
    status: value("status"),
    organizer: value("organizer"),
    attendees: part.getAllProperties("attendee").map((one) => [
      one.getFirstValue(),
      one.getParameter("partstat"),
    ]),
    dates,
  };
}

const texts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map(meaning)));
