"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

# After Django is set up: a poll of a calendar needs its database and nothing else.
from scheduling.feeds.wsgi import Feeds  # noqa: E402

application = Feeds(_django)
