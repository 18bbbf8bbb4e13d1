"""What is put back is what was built, and what cannot be is built for real."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import translation
from pytest_django import Settings

from core.errors import Clash
from core.models import AuditEvent, Role, User
from scheduling.booking import services
from scheduling.models import Allocation, CallTask, Library, Message
from tests.factories import NOW, World, told, user, world
from tests.kept import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_a_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.kept._in_a_fixture", lambda: True)


@pytest.fixture
def counted(in_a_fixture: None) -> tuple[Callable[[str], Library], list[str]]:
    """A kept build, and the names it was really built with."""
    built: list[str] = []

    @kept
    def library(name: str) -> Library:
        built.append(name)
        return Library.objects.create(name=name, address="Exempelgatan 1")

    return library, built


def rolled_back(build: Callable[[str], Library], name: str) -> Library:
    """As at a test's end."""
    with transaction.atomic():
        made = build(name)
        assert list(Library.objects.values_list("name", flat=True)) == [name]
        transaction.set_rollback(True)
    assert not Library.objects.exists()
    return made


def test_each_test_gets_the_rows_and_an_object_of_its_own(
    counted: tuple[Callable[[str], Library], list[str]],
) -> None:
    build, built = counted
    first, second = rolled_back(build, "a"), rolled_back(build, "a")
    assert first == second
    assert first is not second
    assert len(built) == (1 if connection.vendor == "sqlite" else 2)
    rolled_back(build, "b")
    assert built[-1] == "b"


def test_on_rows_of_others_it_is_built_for_real(
    counted: tuple[Callable[[str], Library], list[str]],
) -> None:
    build, built = counted
    rolled_back(build, "a")
    for number in range(1, 6):
        Library.objects.create(name=f"Filial {number}", address="Exempelgatan 2")
        with transaction.atomic():
            made = build("a")
            assert Library.objects.get(pk=made.pk).name == "a"
            assert Library.objects.count() == number + 1
            transaction.set_rollback(True)
    assert built == ["a"] * 6


def test_other_settings_are_another_build(
    counted: tuple[Callable[[str], Library], list[str]], settings: Settings
) -> None:
    build, built = counted
    rolled_back(build, "a")
    settings.MAIL_TAG_STYLE = "dash"
    rolled_back(build, "a")
    assert built == ["a", "a"]


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.usefixtures("in_a_fixture")
def test_a_build_that_changes_what_stood_is_refused() -> None:
    user("robin", Role.HOST, "Robin")

    @kept
    def rename() -> int:
        return User.objects.update(first_name="Charlie")

    with pytest.raises(AssertionError, match='"core_user": a row that stood before was changed'):
        rename()


def test_another_language_is_another_build(
    counted: tuple[Callable[[str], Library], list[str]],
) -> None:
    build, built = counted
    rolled_back(build, "a")
    with translation.override("en"):
        rolled_back(build, "a")
    assert built == ["a", "a"]


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_what_a_test_itself_builds_is_not_kept(
    counted: tuple[Callable[[str], Library], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    build, built = counted
    monkeypatch.setattr("tests.kept._in_a_fixture", lambda: False)
    rolled_back(build, "a")
    rolled_back(build, "a")
    monkeypatch.setattr("tests.kept._in_a_fixture", lambda: True)
    rolled_back(build, "a")
    assert built == ["a", "a", "a"]
    monkeypatch.setattr("tests.kept._in_a_fixture", lambda: False)
    rolled_back(build, "a")
    assert built == ["a", "a", "a"]


def test_the_database_knows_no_difference() -> None:
    """Kinds of values, triggers and the counting of ids are those of rows that were saved."""
    for _ in range(2):
        with transaction.atomic():
            w = world()
            booking = told(NOW)
            assert w.socionom == w.host.user == User.objects.get(username="sam")
            assert booking.allocations.count() == Allocation.objects.count() == 3
            assert isinstance(bytes(Message.objects.get().raw), bytes)
            assert AuditEvent.objects.latest("pk").at == NOW
            with pytest.raises(Clash):
                services.book(actor=w.socionom, now=NOW, plan=w.plan())
            assert Library.objects.create(name="b", address="c").pk == w.library.pk + 1
            transaction.set_rollback(True)


def test_what_is_booked_follows_from_the_world_as_it_is() -> None:
    """Not from the one that it was kept in."""
    for email in ("lo@vagval.example", "", "lo@vagval.example"):
        with transaction.atomic():
            w = world()
            if not email:
                w.contact.email = ""
                w.contact.save()
            told(NOW)
            assert Message.objects.filter(recipient=email).exists() is bool(email)
            assert CallTask.objects.exists() is not bool(email)
            transaction.set_rollback(True)


def test_nothing_is_put_back_upon_nothing() -> None:
    with transaction.atomic():
        world()
        told(NOW)
        transaction.set_rollback(True)
    with pytest.raises(User.DoesNotExist):
        told(NOW)


def test_worlds_share_no_object() -> None:
    worlds: list[World] = []
    for _ in range(2):
        with transaction.atomic():
            worlds.append(world())
            transaction.set_rollback(True)
    one, other = worlds
    assert one.room is not other.room
    one.room.name = "Näcken"
    assert other.room.name == "Studion"
