"""What is exported and imported again is the same register."""

from datetime import time
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from partners.importing.cells import bare, guarded
from partners.importing.committing import commit
from partners.importing.exporting import export, export_workbook
from partners.importing.planning import make_plan
from partners.importing.records import read
from partners.models import AccessNeed, Contact, Group, GroupCategory, Organisation, SizeBand
from partners.services import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    save_contact,
    save_group,
    save_organisation,
)
from tests.partners.conftest import NOW

# Letters, digits and the signs that CSV, spreadsheets and people make trouble with.
SIGNS = st.sampled_from("abcÅÄÖåäöéß İ1290=+-@'\";,\t\r\n.…–#|\u00a0\u200b😀ＡﬁЖ")
TEXT = st.text(SIGNS, max_size=12)
NAME = st.tuples(TEXT, st.sampled_from("xyåÖ7")).map("".join)

organisations = st.builds(
    OrganisationDetails,
    name=NAME,
    kind=st.sampled_from(["civil_society", "municipality", "region", "state", "education"]),
    protected=st.booleans(),
    address=TEXT,
    notes=TEXT,
)
groups = st.builds(
    GroupDetails,
    alias=NAME,
    category=st.sampled_from([c.value for c in GroupCategory]),
    size_band=st.sampled_from([b.value for b in SizeBand]),
    languages=st.lists(TEXT, max_size=3).map(tuple),
    access_needs=st.lists(st.sampled_from([n.value for n in AccessNeed]), max_size=3).map(tuple),
    preferred_weekday=st.none() | st.integers(0, 6),
    preferred_time=st.none() | st.times(),
    fika=st.booleans(),
    two_hosts=st.booleans(),
)
contacts = st.builds(
    ContactDetails,
    name=NAME,
    role=TEXT,
    email=st.sampled_from(["", "", "kim@x.example", "Robin+a@y.example"]),
    phone=st.sampled_from(["", "", "070-174 06 05", "019-21 10 00", "+47 22 12 34 56"]),
    language=st.sampled_from(["sv", "en"]),
    channel=st.sampled_from([None, "email", "sms", "phone"]),
    source=TEXT,
    protected=st.booleans(),
)
partner = st.tuples(
    organisations,
    st.lists(groups, max_size=3),
    st.lists(st.tuples(contacts, st.sets(st.integers(0, 2), max_size=3)), max_size=3),
)


def build(partners: list[Any]) -> None:
    """Store what the services accept of ``partners``."""
    for details, some_groups, some_contacts in partners:
        try:
            home = save_organisation(actor=None, now=NOW, details=details)
        except Invalid:
            continue
        made: list[Group] = []
        for group in some_groups:
            try:
                made.append(save_group(actor=None, now=NOW, details=group, organisation=home))
            except Invalid:
                continue
        for contact, places in some_contacts:
            mine = [made[place] for place in places if place < len(made)]
            try:
                save_contact(actor=None, now=NOW, details=contact, organisation=home, groups=mine)
            except Invalid:
                continue


def register() -> list[Any]:
    """Everything a user can know, without ids."""
    return [
        (
            OrganisationDetails.of(home),
            [GroupDetails.of(group) for group in home.groups.all()],
            sorted(
                (repr(ContactDetails.of(c)), sorted(g.alias for g in c.groups.all()))
                for c in home.contacts.all()
            ),
        )
        for home in Organisation.objects.order_by("search")
    ]


@pytest.mark.large
@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(partner, max_size=3))
@example(
    [
        (
            OrganisationDetails(name="'=cmd", notes="'\t\n=1 _x0041_ _x000D_"),
            [GroupDetails(alias="-", preferred_time=time(0, 0))],
            [(ContactDetails(name="'@x"), {0})],
        ),
        (OrganisationDetails(name="Summa"), [], [(ContactDetails(name="Kim / Alex"), set())]),
        (OrganisationDetails(name="#N/A"), [], []),
    ]
)
def test_import_of_export_is_the_same_register(partners: list[Any]) -> None:
    with transaction.atomic():
        build(partners)
        before, file = register(), export(viewer=None)
        if before:
            again = commit(actor=None, now=NOW, sheet=read(file))
            assert again.plan.problems == []
            assert again.plan.idle
            assert export(viewer=None) == file
            book = make_plan(read(export_workbook(viewer=None)))
            assert book.problems == []
            assert book.idle
            for model in (Contact, Group, Organisation):
                model.objects.all().delete()
            fresh = commit(actor=None, now=NOW, sheet=read(file))
            assert fresh.plan.problems == []
            assert fresh.committed
            assert register() == before
        transaction.set_rollback(True)


@given(st.text())
def test_a_guard_is_taken_off_again(value: str) -> None:
    assert bare(guarded(value)) == value


@given(st.text())
def test_a_guarded_cell_is_no_formula(value: str) -> None:
    assert not guarded(value).startswith(("=", "+", "-", "@", "\t", "\r"))
