"""No rule is there in vain: each has a mail whose expectation fails when the rule is off."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from scheduling.models import Booking
from tests.factories import World
from tests.scheduling.mailbox.conftest import Post
from tests.scheduling.mailbox.rules import RULES, SHAPES
from tests.scheduling.mailbox.staging import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.large]
TABLE = {**RULES, **SHAPES}


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("rule", TABLE)
def test_the_mail_fails_without_its_rule(
    rule: str, w: World, booking: Booking, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(w, booking, post)
    for proof in TABLE[rule]:
        with undone():
            assert proof.holds(stage), f"{proof.mail} does not show the rule"
        with undone(), monkeypatch.context() as patched:
            proof.off(patched)
            assert not proof.holds(stage), f"{proof.mail} holds without the rule"


def test_every_rule_and_row_has_its_proof() -> None:
    numbers = {name.split()[0].rstrip("abcdefghi") for name in RULES if name.startswith("B")}
    assert numbers == {f"B{number}" for number in range(1, 17)}
    assert {name.partition(":")[0] for name in SHAPES} == {
        "Google",
        "Exchange/Outlook 365",
        "Outlook COUNTER",
        "Outlook with TNEF",
        "zone names",
        "Apple",
        "Thunderbird",
        "Nextcloud",
        "Zimbra",
        "HCL Notes",
        "Yahoo, Proton",
        "in general",
    }
