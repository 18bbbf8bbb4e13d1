"""Visits: list, book, show, change, and what happened to them."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from ninja.responses import Status

from core import access as predicates
from core.errors import Clash, Conflict, Invalid
from core.models import User
from partners.models import Contact, Group
from scheduling import access
from scheduling.api import timeline
from scheduling.api.bodies import BeatBody, Listed, VisitBody
from scheduling.api.common import answers, known, one, page, user_of
from scheduling.api.fields import Key, after, not_turned, start_of
from scheduling.api.schemas import DetailsIn, VisitFilter, VisitIn
from scheduling.api.shown import loaded, visit_body
from scheduling.api.wanted import active_hosts, active_rooms, groups_of, plan_of
from scheduling.booking import services, ways_out
from scheduling.models import Booking

router = Router(tags=["visits"])
KeyHeader = Annotated[Key | None, Header(alias="Idempotency-Key")]


@router.get("", response=answers(Listed[VisitBody]), operation_id="list_visits")
def list_visits(request: HttpRequest, query: Query[VisitFilter]) -> object:
    """Visits by their start; every filter that is given must hold."""
    user = user_of(request)
    known(request, VisitFilter)
    rows = loaded(_chosen(access.visits_for(user), query))
    return page(rows, query, lambda row: visit_body(row, user))


@router.post("", response=answers(VisitBody, 200, 201), operation_id="book_visit")
def book_visit(request: HttpRequest, payload: VisitIn, key: KeyHeader = None) -> object:
    """Book and invite (or keep a draft); the same idempotency key again answers 200."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    key = payload.idempotency_key or key
    groups = groups_of(payload)
    earlier = _made_with(key, groups)
    if earlier is None:
        try:
            plan = plan_of(payload, groups, now)
            with ways_out.told(ways_out.Wanted.of_plan(plan), now=now):
                made = services.book(
                    actor=user, now=now, plan=plan, send=payload.send, idempotency_key=key
                )
        except Clash:
            # The same call twice at once: the first has taken what the second would choose.
            earlier = _made_with(key, groups)
            if earlier is None:
                raise
        else:
            status = 201 if made.created_at == now else 200
            return Status(status, shown(user, made.pk))
    return Status(200, shown(user, earlier.pk))


@router.get("/{visit}", response=answers(VisitBody), operation_id="get_visit")
def get_visit(request: HttpRequest, visit: int) -> object:
    """One visit."""
    return shown(user_of(request), visit)


@router.patch("/{visit}", response=answers(VisitBody), operation_id="change_visit")
def change_visit(request: HttpRequest, visit: int, payload: DetailsIn) -> object:
    """Change who meets, where inside the house, and inner facts."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    details = _details(payload)
    hosts = [details.host or booking.visit.host]
    hosts += [row for row in (details.co_host,) if row is not None]
    wanted = ways_out.Wanted.of_booking(booking, room=details.room, hosts=hosts)
    with ways_out.told(wanted, now=now):
        services.change_details(
            actor=user, now=now, booking=booking, details=details, version=payload.version
        )
    return shown(user, visit)


@router.get(
    "/{visit}/timeline", response=answers(Listed[BeatBody]), operation_id="get_visit_timeline"
)
def get_timeline(request: HttpRequest, visit: int) -> object:
    """What happened, the newest last. The note of a follow-up is never here."""
    user = user_of(request)
    items = timeline.of(access.visit_for(user, visit), user)
    return {"items": items, "count": len(items)}


def shown(user: User, pk: int) -> VisitBody:
    """The visit as it is now, with its warnings and what can be undone."""
    rows = loaded(access.visits_for(user).filter(pk=pk))
    booking = rows.first() or access.visit_for(user, pk)
    return visit_body(booking, user, timezone.now())


def _chosen(rows: QuerySet[Booking], query: VisitFilter) -> QuerySet[Booking]:
    wrong = not_turned(query.first, query.last)
    if wrong:
        raise Invalid(wrong, fields={"to": wrong})
    if query.state:
        rows = rows.filter(state__in=[state.value for state in query.state])
    if query.group is not None:
        rows = rows.filter(visit__groups=query.group)
    if query.first is not None:
        rows = rows.filter(start__gte=start_of(query.first))
    if query.last is not None:
        rows = rows.filter(start__lt=after(query.last))
    return rows.order_by("start", "pk")


def _made_with(key: str | None, groups: tuple[Group, ...]) -> Booking | None:
    """The visit that this key made; it is not chosen and checked a second time."""
    if not key:
        return None
    earlier = Booking.objects.with_visit().filter(idempotency_key=key).first()
    if earlier is None:
        return None
    same = {row.pk for row in earlier.visit.groups.all()} == {row.pk for row in groups}
    if not same:
        raise Conflict(_("Nyckeln har redan använts för en annan bokning."))
    return earlier


_TAKEN_AWAY = ("interpreter_by", "travel_by", "tickets_by")


def _details(payload: DetailsIn) -> services.Details:
    given = payload.model_dump(
        exclude_unset=True, exclude={"version", "host", "co_host", "room", "contact"}
    )
    # In a service None leaves a fact as it is; a null that was written takes it away.
    given |= {name: "" for name in _TAKEN_AWAY if given.get(name, "") is None}
    if "access_needs" in given:
        given["access_needs"] = tuple(given["access_needs"])
    if not payload.model_fields_set - {"version"}:
        raise Invalid(_("Skriv minst ett fält som ska ändras."))
    return services.Details(
        host=one(active_hosts(), payload.host, "host"),
        co_host=one(active_hosts(), payload.co_host, "co_host"),
        without_co_host="co_host" in payload.model_fields_set and payload.co_host is None,
        room=one(active_rooms(), payload.room, "room"),
        contact=one(Contact.objects.filter(archived_at=None), payload.contact, "contact"),
        without_contact="contact" in payload.model_fields_set and payload.contact is None,
        without_card_count="card_count" in payload.model_fields_set and payload.card_count is None,
        **given,
    )
