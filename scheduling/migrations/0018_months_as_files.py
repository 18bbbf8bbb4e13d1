"""Joined months lie in files named by their digest; what lacks is joined again from the blocks."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0017_gatherings")]

    operations = [migrations.RemoveField(model_name="feedsegment", name="data")]
