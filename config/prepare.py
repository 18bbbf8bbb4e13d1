"""Make the database ready: migrate, collect the static files, lay out the demo on the first start.

A process of its own beside `config.run`, so that the supervisor never holds Django in memory.
"""

import os

import django
from django.apps import apps
from django.core.management import call_command


def main() -> None:
    """Every step may be repeated; what is in the database stays as it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print("Bringing the database up to date …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not apps.get_model("partners", "Organisation")._default_manager.exists():
        print("First start: laying out the demo library …", flush=True)
        call_command("seed_demo")


if __name__ == "__main__":
    main()
