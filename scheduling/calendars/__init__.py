"""iCalendar objects as pure functions: snapshots in, bytes out, no framework, clock or network."""
