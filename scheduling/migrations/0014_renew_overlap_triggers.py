"""SQLite's overlap triggers ask one row instead of a resource's whole history."""

from django.db import migrations

from scheduling.models.constraints import NoOverlap


def renew(apps, schema_editor):
    """No row changes; PostgreSQL's constraint has its own index and stays as it is."""
    allocation = apps.get_model("scheduling", "Allocation")
    for constraint in allocation._meta.constraints:
        if isinstance(constraint, NoOverlap):
            constraint.renew_triggers(allocation, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0013_kinds_of_messages")]
    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
