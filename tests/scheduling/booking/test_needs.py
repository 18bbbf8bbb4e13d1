"""What a partner says the group needs: added to the visit's facts, seen by staff, never more."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.models import AccessNeed
from scheduling import links
from scheduling.booking import services
from scheduling.booking.needs import Needs
from scheduling.followup import retention
from scheduling.models import Booking, Diet, Invitation, Visit
from tests.factories import NOW, World, at, world

NEEDS = st.builds(
    Needs,
    access=st.sets(st.sampled_from(AccessNeed)).map(tuple),
    interpreter=st.sampled_from(["", "arabiska"]),
    diets=st.dictionaries(st.sampled_from(Diet), st.integers(0, 30)),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(NEEDS)
def test_what_is_kept_can_be_read_again(needs: Needs) -> None:
    assert Needs.of(needs.stored()).stored() == needs.stored()


def test_a_word_that_is_no_longer_known_is_left_out() -> None:
    assert Needs.of({"access": ["quiet", "x"], "diets": {"x": 2}}).stored() == {"access": ["quiet"]}


@pytest.mark.django_db
class TestOnThePage:
    @pytest.fixture(autouse=True)
    def clock(self) -> Iterator[None]:
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            yield

    @pytest.fixture
    def w(self) -> World:
        return world()

    @pytest.fixture
    def invitation(self, w: World) -> Invitation:
        w.group.access_needs = ["quiet"]
        w.group.save()
        booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(diet_counts={Diet.VEGAN: 3}))
        return booking.invitations.get()

    def say(self, client: Client, invitation: Invitation, **fields: object) -> int:
        data = {"svar": "ja", "med": "1", **fields}
        return client.post(links.answer_path(invitation), data).status_code

    def test_it_is_added_and_nothing_planned_is_taken_away(
        self, client: Client, w: World, invitation: Invitation
    ) -> None:
        before = Booking.objects.get()
        assert (
            self.say(
                client,
                invitation,
                behov=["wheelchair"],
                tolk="arabiska",
                kost_vegan="1",
                kost_gluten_free="2",
            )
            == 303
        )
        visit = Visit.objects.get()
        assert visit.access_needs == ["quiet", "wheelchair"]
        assert visit.diet_counts == {"vegan": 3, "gluten_free": 2}
        assert (visit.interpreter, visit.interpreter_state) == ("arabiska", "asked")
        after = Booking.objects.get()
        assert (after.start, after.end, after.library) == (before.start, before.end, before.library)
        client.force_login(w.socionom)
        today = client.get("/").content.decode()
        assert "Tisdagsgruppen har sagt vad de behöver" in today
        assert "Rullstol, Tolk: arabiska, 1 veganskt, 2 glutenfritt" in today
        assert "Från partnern" in client.get(f"/besok/{after.pk}").content.decode()
        client.post(f"/behov/{invitation.pk}/sett", {"next": "/"})
        assert "har sagt vad de behöver" not in client.get("/").content.decode()

    def test_an_own_count_can_be_put_right(self, client: Client, invitation: Invitation) -> None:
        self.say(client, invitation, behov=["quiet"], kost_vegan="3", kost_gluten_free="2")
        self.say(client, invitation, behov=["quiet"], kost_vegan="3", kost_gluten_free="1")
        assert Visit.objects.get().diet_counts == {"vegan": 3, "gluten_free": 1}

    def test_nothing_said_is_no_news_and_our_plan_is_not_shown(
        self, client: Client, w: World, invitation: Invitation
    ) -> None:
        page = client.get(links.answer_path(invitation)).content.decode()
        assert "Behöver ni något särskilt?" in page
        # A joint visit's plan may be about another group.
        assert not re.search(r'value="quiet"[^>]*checked', page)
        assert 'name="kost_vegan" value' not in page
        # Nothing, an answer without the part, and a no leave it alone.
        self.say(client, invitation)
        client.post(links.answer_path(invitation), {"svar": "ja", "behov": ["dog"]})
        self.say(client, invitation, svar="nej", behov=["dog"])
        invitation.refresh_from_db()
        assert (invitation.state, invitation.needs_at) == ("declined", None)

    def test_what_was_said_stands_in_the_form(self, client: Client, invitation: Invitation) -> None:
        self.say(client, invitation, behov=["dog"], tolk="arabiska")
        page = client.get(links.answer_path(invitation)).content.decode()
        assert re.search(r'value="dog"[^>]*checked', page)
        assert 'value="arabiska"' in page

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"kost_vegan": "31"}, "30"),
            ({"kost_vegan": "-1"}, "0"),
            ({"behov": ["diagnos"]}, "diagnos"),
            ({"tolk": "8507099805"}, "personnummer"),
        ],
    )
    def test_what_no_group_needs(
        self, client: Client, invitation: Invitation, fields: dict[str, object], words: str
    ) -> None:
        response = client.post(links.answer_path(invitation), {"svar": "ja", "med": "1", **fields})
        assert response.status_code == 422
        assert words in response.content.decode()
        invitation.refresh_from_db()
        assert invitation.state == "pending"

    def test_it_is_erased_with_the_visits_own(self, client: Client, invitation: Invitation) -> None:
        self.say(client, invitation, behov=["wheelchair"])
        retention.run_all(at(8, 11, 14))
        invitation.refresh_from_db()
        assert invitation.needs != {}
        retention.run_all(at(9, 12))
        invitation.refresh_from_db()
        assert invitation.needs == {}
        assert Visit.objects.get().access_needs == []
