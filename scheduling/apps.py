"""When, and what came of it."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """scheduling."""

    name = "scheduling"

    def ready(self) -> None:
        """Register the start-up check and what partners must tell us."""
        from scheduling.booking import partner_changes  # noqa: PLC0415 - needs the models
        from scheduling.models import checks  # noqa: F401, PLC0415

        partner_changes.register()
