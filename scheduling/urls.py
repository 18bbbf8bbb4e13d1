"""Every page of WHEN, by the module that shows it."""

from scheduling.views import (
    answer,
    book,
    calendar,
    efforts,
    feeds,
    followup,
    group,
    health,
    host,
    mailbox,
    outbox,
    public,
    report,
    setup,
    today,
    visit,
)

urlpatterns = [
    *today.urlpatterns,
    *calendar.urlpatterns,
    *book.urlpatterns,
    *visit.urlpatterns,
    *followup.urlpatterns,
    *host.urlpatterns,
    *group.urlpatterns,
    *efforts.urlpatterns,
    *report.urlpatterns,
    *outbox.urlpatterns,
    *mailbox.urlpatterns,
    *feeds.urlpatterns,
    *setup.urlpatterns,
    *answer.urlpatterns,
    *public.urlpatterns,
    *health.urlpatterns,
]
