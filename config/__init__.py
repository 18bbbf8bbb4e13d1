"""Wiring: settings, URLs, the one API, Celery."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
