"""A file against a register that already holds something."""

import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import DjangoAssertNumQueries

from core.errors import Conflict, Forbidden
from core.models import AuditEvent, User
from partners import hooks
from partners.importing.committing import Outcome, commit
from partners.importing.exporting import export
from partners.importing.matching import Register
from partners.importing.planning import Plan, make_plan
from partners.importing.records import read
from partners.importing.report import Line, lines
from partners.models import Contact, Group, Organisation
from partners.services import (
    ContactDetails,
    OrganisationDetails,
    archive_organisation,
    save_contact,
    save_organisation,
)
from tests.partners.conftest import NOW

pytestmark = pytest.mark.django_db


def plan(text: str) -> Plan:
    return make_plan(read(text.encode()))


def carry_out(actor: User | None, text: str, expected: str | None = None) -> Outcome:
    return commit(actor=actor, now=NOW, sheet=read(text.encode()), expected=expected)


HEAD = "Organisation;Grupp;Kontakt;E-post;Telefon;Roll\n"


def counts(made: Plan, sort: str) -> tuple[int, int, int]:
    found = made.counts()[sort]
    return found["new"], found["changed"], found["same"]


def test_empty_cells_say_nothing(planner: User, kim: Contact) -> None:
    made = plan(HEAD + "föreningen vägval fri;TISDAGSGRUPPEN;Kim Ek;KIM@vagval.example;;\n")
    assert [counts(made, s) for s in ("organisations", "groups", "contacts")] == [(0, 0, 1)] * 3
    assert made.idle


def test_what_differs_is_changed_and_named(planner: User, kim: Contact) -> None:
    text = HEAD + "Föreningen Vägval Fri;;Kim Berg;kim@vagval.example;019-21 10 00;värd\n"
    shown: list[Line] = []
    make_plan(read(text.encode()), each=lambda part: shown.extend(lines(part)))
    outcome = carry_out(planner, text)
    assert outcome.committed
    assert counts(outcome.plan, "contacts") == (0, 1, 0)
    kim.refresh_from_db()
    assert (kim.name, kim.phone, kim.role) == ("Kim Berg", "+4619211000", "värd")
    assert kim.search == "kim berg"
    (line,) = shown
    assert line.status == "changed"
    assert line.notes == ("Kontakt Kim Berg: Kontakt, Roll, Telefon ändras",)
    assert AuditEvent.objects.filter(verb="contact.changed", via="import").count() == 1


def test_a_name_that_is_used_once_finds_its_contact(planner: User, kim: Contact) -> None:
    made = plan(HEAD + "Föreningen Vägval Fri;;Kim Ek;;;samordnare\n")
    assert counts(made, "contacts") == (0, 1, 0)


def test_another_mail_address_is_another_contact(planner: User, kim: Contact) -> None:
    made = plan(HEAD + "Föreningen Vägval Fri;;Kim Ek;ek@vagval.example;;\n")
    assert counts(made, "contacts") == (1, 0, 0)
    assert [(d.row, d.of) for d in made.duplicates] == [(2, "Kim Ek (Föreningen Vägval Fri)")]


def test_a_new_group_of_a_known_contact_is_a_change(planner: User, kim: Contact) -> None:
    text = HEAD + "Föreningen Vägval Fri;Nya vänner;Kim Ek;kim@vagval.example;;\n"
    outcome = carry_out(planner, text)
    assert (counts(outcome.plan, "groups"), counts(outcome.plan, "contacts")) == (
        (1, 0, 0),
        (0, 1, 0),
    )
    assert {g.alias for g in kim.groups.all()} == {"Tisdagsgruppen", "Nya vänner"}
    assert carry_out(planner, text).plan.idle


def test_an_archived_namesake_is_a_possible_duplicate(planner: User, vagval: Organisation) -> None:
    archive_organisation(actor=planner, now=NOW, organisation=vagval)
    made = plan("Organisation\nFöreningen Vägval Fri\n")
    assert counts(made, "organisations") == (1, 0, 0)
    assert [(d.row, d.of) for d in made.duplicates] == [(2, "Föreningen Vägval Fri")]


def test_a_known_protected_organisation_takes_no_address(planner: User) -> None:
    details = OrganisationDetails(name="Blåklint", protected=True)
    save_organisation(actor=planner, now=NOW, details=details)
    outcome = carry_out(planner, "Organisation;Adress\nBron;\nBlåklint;Exempelgatan 1\n")
    assert not outcome.committed
    assert [(p.row, p.field) for p in outcome.plan.problems] == [(3, "address")]
    assert Organisation.objects.count() == 1


def test_a_channel_that_the_contact_lacks_is_wrong_on_its_row(planner: User) -> None:
    made = plan("Organisation;Kontakt;Kanal\nBron;Kim;sms\n")
    assert [(p.row, p.field) for p in made.problems] == [(2, "phone")]


def test_a_plan_that_is_no_longer_true_is_not_carried_out(planner: User) -> None:
    text = "Organisation;Slag\nBron;Kommun\n"
    seen = plan(text).digest
    save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name="BRON"))
    refused = carry_out(planner, text, expected=seen)
    assert not refused.committed
    assert counts(refused.plan, "organisations") == (0, 1, 0)
    assert carry_out(planner, text, expected=refused.plan.digest).committed
    assert Organisation.objects.get().kind == "municipality"


def test_the_same_plan_twice_has_one_digest(planner: User, kim: Contact) -> None:
    text = HEAD + "Bron;A;Robin;;;\nFöreningen Vägval Fri;;Kim Ek;;;värd\n"
    assert plan(text).digest == plan(text).digest


def test_only_planners_import_and_export(planner: User, host: User, manager: User) -> None:
    for nobody in (host, manager):
        with pytest.raises(Forbidden):
            carry_out(nobody, "Organisation\nBron\n")
        with pytest.raises(Forbidden):
            export(viewer=nobody)
    assert carry_out(planner, "Organisation\nBron\n").committed
    assert b"Bron" in export(viewer=planner)


def test_listeners_hear_of_every_new_partner(
    planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    for name in ("organisation", "group", "contact"):
        monkeypatch.setattr(hooks, f"_{name}_listeners", [heard.append])
    carry_out(planner, HEAD + "Bron;A;Robin;;;\nBron;B;Robin;;;\n")
    assert [type(change.after) for change in heard] == [Organisation, Group, Group, Contact]
    assert all(change.after.pk and change.before is None for change in heard)


def test_a_listener_that_refuses_leaves_nothing(
    planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(change: hooks.Change[Group]) -> None:
        raise Conflict("Nej.")

    monkeypatch.setattr(hooks, "_group_listeners", [refuse])
    with pytest.raises(Conflict):
        carry_out(planner, HEAD + "Bron;A;;;;\n")
    assert not Organisation.objects.exists()
    assert not AuditEvent.objects.filter(via="import").exists()


def test_a_race_at_the_commit_is_a_conflict(
    planner: User, kim: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = read(b"Organisation\nBron\n")
    save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name="Bron"))
    monkeypatch.setattr("partners.importing.planning.load_register", lambda _: Register())
    with pytest.raises(Conflict):
        commit(actor=planner, now=NOW, sheet=sheet)


@pytest.mark.parametrize("rows", [1, 3])
def test_planning_takes_six_queries_whatever_the_length(
    planner: User, kim: Contact, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = HEAD + "".join(f"Föreningen Vägval Fri;A{n};Kim {n};;;\n" for n in range(rows))
    with django_assert_num_queries(6):
        plan(text)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_export_takes_four_queries_whatever_the_length(
    planner: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    carry_out(planner, HEAD + "".join(f"Bron {n};A{n};Kim {n};;;\n" for n in range(rows)))
    with django_assert_num_queries(4):
        export(viewer=planner)


def test_the_export_is_safe_from_formulas_and_read_by_excel(planner: User) -> None:
    details = OrganisationDetails(name="=1+1", notes="'-2")
    home = save_organisation(actor=planner, now=NOW, details=details)
    person = ContactDetails(name="@Kim", phone="+47 22 12 34 56", source="+x")
    save_contact(actor=planner, now=NOW, details=person, organisation=home)
    text = export(viewer=planner)
    assert text.startswith(b"\xef\xbb\xbfOrganisation;")
    cells = text.decode("utf-8-sig").splitlines()[1].split(";")
    assert cells[0] == "'=1+1"
    assert "''-2" in cells
    assert "'@Kim" in cells
    assert "'+47 22 12 34 56" in cells
    assert "'+x" in cells
    assert make_plan(read(text)).idle


def test_a_missing_file_is_said_without_a_traceback() -> None:
    with pytest.raises(Exception, match="No such file") as caught:
        call_command("import_partners", "/nowhere.csv", stdout=io.StringIO())
    assert type(caught.value).__name__ == "CommandError"


def test_contacts_of_one_name_stay_apart(planner: User, vagval: Organisation) -> None:
    base = ContactDetails(name="Kim")
    for details in (
        replace(base, email="a@x.example"),
        replace(base, email="b@x.example"),
        replace(base, phone="070-174 06 05"),
        base,
    ):
        save_contact(actor=planner, now=NOW, details=details, organisation=vagval)
    made = make_plan(read(export(viewer=planner)))
    assert counts(made, "contacts") == (0, 0, 4)
