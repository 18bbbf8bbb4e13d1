"""Addresses of the register's pages."""

from partners.views import contacts, groups, importing, merging, organisations

app_name = "partners"

urlpatterns = [
    *organisations.urlpatterns,
    *groups.urlpatterns,
    *contacts.urlpatterns,
    *importing.urlpatterns,
    *merging.urlpatterns,
]
