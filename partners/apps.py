"""Who: organisations, groups, contacts."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """partners."""

    name = "partners"
