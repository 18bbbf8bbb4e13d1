"""The Celery application: ids in, one call each; the outbox table is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("studiebesok")
# Read lazily, so that importing this package never asks for settings that are being made.
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["scheduling"])
