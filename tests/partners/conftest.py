"""Who asks, and a partner to ask about."""

from datetime import UTC, datetime

import pytest

from core.models import Role, User
from partners.models import Contact, Group, Organisation
from partners.services import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    save_contact,
    save_group,
    save_organisation,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def user(role: Role) -> User:
    return User.objects.create_user(
        username=role.value, email=f"{role.value}@svarta.example", role=role.value
    )


@pytest.fixture
def planner(db: None) -> User:
    return user(Role.SOCIONOM)


@pytest.fixture
def host(db: None) -> User:
    return user(Role.HOST)


@pytest.fixture
def manager(db: None) -> User:
    return user(Role.MANAGER)


@pytest.fixture
def vagval(planner: User) -> Organisation:
    details = OrganisationDetails(name="Föreningen Vägval Fri")
    return save_organisation(actor=planner, now=NOW, details=details)


@pytest.fixture
def tuesday(planner: User, vagval: Organisation) -> Group:
    details = GroupDetails(alias="Tisdagsgruppen", category="own_experience", size_band="7-10")
    return save_group(actor=planner, now=NOW, details=details, organisation=vagval)


@pytest.fixture
def kim(planner: User, tuesday: Group) -> Contact:
    details = ContactDetails(name="Kim Ek", email="kim@vagval.example", phone="070-174 06 05")
    return save_contact(actor=planner, now=NOW, details=details, groups=[tuesday])
