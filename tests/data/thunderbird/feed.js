user_pref("calendar.registry.visits.name", "Studiebesök");
user_pref("calendar.registry.visits.type", "ics");
user_pref("calendar.registry.visits.uri", "@URL@");
user_pref("calendar.registry.visits.cache.enabled", true);
user_pref("calendar.registry.visits.readOnly", true);
user_pref("calendar.list.sortOrder", "visits");
