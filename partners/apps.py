"""Who: organisations, groups, contacts."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """partners."""

    name = "partners"

    def ready(self) -> None:
        """Register what becomes of the register's own rows in a merge."""
        from partners.services import merge_rules  # noqa: PLC0415 - needs the models

        merge_rules.register()
