"""The rows that visits stand on, found by the names of the data."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from core.models import User
from partners.models import Contact, Group
from scheduling.demo import days
from scheduling.demo.days import at
from scheduling.demo.people import REPLACED_ON
from scheduling.demo.timeline import MORNING
from scheduling.models import Host, Library, Programme, Room

_TAG_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(slots=True)
class World:
    """The place, its people and its partners. ``resources`` are ids by the plan's names."""

    today: date
    library: Library
    #: When the register was begun: before the first visit.
    began: datetime
    users: dict[str, User] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    #: The contacts of a group, the one who left before the one who came.
    contacts: dict[str, list[Contact]] = field(default_factory=dict)
    resources: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """Nothing that is laid out happened later."""
        return at(self.today, MORNING)

    @property
    def planner(self) -> User:
        """Who books."""
        return self.users["sam"]

    def contact(self, alias: str, start: datetime) -> Contact:
        """Whom to meet from the group's side on that day."""
        present, *later = self.contacts[alias]
        took_over = days.moved(REPLACED_ON, self.today)
        return later[0] if later and start.date() > took_over else present


def new_uid(random: Random) -> str:
    """A calendar identity that the seed decides."""
    return f"{uuid.UUID(int=random.getrandbits(128), version=4)}@studiebesok"


def new_tag(random: Random) -> str:
    """A mail tag that the seed decides."""
    return "".join(random.choices(_TAG_LETTERS, k=16))


def number(last_four: str) -> str:
    """A phone number of the series that is kept for fiction: 070-174 06 05 to 06 99."""
    return f"+4670174{last_four}"
