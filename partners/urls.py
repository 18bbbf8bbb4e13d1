"""Addresses of the register's pages."""

from partners.views import (
    asking,
    contacts,
    groups,
    importing,
    leaving,
    merging,
    organisations,
    tasks,
)

app_name = "partners"

urlpatterns = [
    *organisations.urlpatterns,
    *groups.urlpatterns,
    *contacts.urlpatterns,
    *importing.urlpatterns,
    *merging.urlpatterns,
    *leaving.urlpatterns,
    *tasks.urlpatterns,
    *asking.urlpatterns,
]
