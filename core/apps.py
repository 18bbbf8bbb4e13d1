"""The ground both apps stand on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """core."""

    name = "core"
