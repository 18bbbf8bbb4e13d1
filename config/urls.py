"""Every address."""

from django.urls import include, path

from config.api import api

urlpatterns = [
    path("konto/", include("allauth.urls")),
    path("sprak/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("", include("partners.urls")),
    path("", include("scheduling.urls")),
]
