"""Meetings and training sessions have a place and colleagues of their own."""

import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    """Those booked before: where they are and who attends stands in what they take."""
    Booking = apps.get_model("scheduling", "Booking")
    Gathering = apps.get_model("scheduling", "Gathering")
    rows = Booking.objects.filter(kind__in=["meeting", "training"]).prefetch_related(
        "allocations__resource"
    )
    for booking in rows.iterator(chunk_size=500):
        taken = [row.resource for row in booking.allocations.all()]
        rooms = [one.room for one in taken if one.kind == "room"]
        made = Gathering.objects.create(booking=booking, room=rooms[0] if rooms else None)
        made.hosts.set([one.host for one in taken if one.kind == "host"])


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0004_imports_with_memory'),
        ('scheduling', '0016_outbox_decisions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Gathering',
            fields=[
                ('booking', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='gathering', serialize=False, to='scheduling.booking')),
                ('place', models.CharField(blank=True, max_length=200)),
                ('travel_minutes', models.PositiveSmallIntegerField(default=0)),
                ('greeting', models.CharField(blank=True, max_length=500)),
                ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='meetings', to='partners.channel')),
                ('hosts', models.ManyToManyField(related_name='gatherings', to='scheduling.host')),
                ('log', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='partners.contactlog')),
                ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gatherings', to='scheduling.room')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('room', None), ('place', ''), _connector='OR'), name='gathering_in_one_place')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
