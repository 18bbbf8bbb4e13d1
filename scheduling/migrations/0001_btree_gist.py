"""Exclusion constraints over a foreign key and a time range need btree_gist (PostgreSQL only)."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """A no-op on SQLite."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension()]
