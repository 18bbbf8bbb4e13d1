"""I dag: the rows of the relation and the network, and whom one stands in for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import access, standing_in, swedish
from core.models import Role, StandIn, User
from partners.models import AgreedStep, Agreement, Channel
from scheduling.insight import relations
from scheduling.insight.relations import Quiet
from scheduling.views.today_words import Row, capital, lang

#: "Kan vänta" stays short; the rest stand on Nätverk and Relationer.
MOST = 3


@dataclass(frozen=True, slots=True)
class Relation:
    """What I dag shows beside the visits' own rows."""

    needs: list[Row]
    later: list[Row]
    #: The user's own absence, and the colleagues they stand in for.
    absence: StandIn | None
    covers: list[User]
    logs: bool


def relation(user: User, now: datetime) -> Relation:
    """Every row for ``user`` at ``now``."""
    today = timezone.localdate(now)
    covers = standing_in.covered_by(user, now)
    planner = access.may_plan(user)
    reads = planner or user.role == Role.MANAGER
    names = {one.pk: one.first_name or one.username for one in covers}
    acts = planner or user.role != Role.MANAGER
    due = relations.steps_of(user, now).filter(due__lte=today)
    steps = [_step(row, names, today, acts=acts) for row in due]
    channels = relations.channels_to_contact(today) if planner else ()
    absent = _absent(user, now) if reads else ()
    return Relation(
        needs=[*steps, *(_channel(row) for row in channels), *absent],
        later=_later(now, today, acts=acts) if reads else [],
        absence=standing_in.absence_of(user, now),
        covers=covers,
        logs=access.may_log(user),
    )


def marked(rows: list[Row], covers: Iterable[User]) -> list[Row]:
    """``rows`` with "för Sam" where they are a colleague's whom the reader stands in for."""
    names = {one.pk: one.first_name or one.username for one in covers}
    for row in rows:
        owner = row.get("owner")
        if owner in names:
            row["kind"] = _for(row["kind"], names[owner])
    return rows


def _for(kind: str, name: str) -> str:
    return _("%(kind)s · för %(name)s") % {"kind": kind, "name": name}


def _step(row: AgreedStep, names: dict[int, str], today: date, *, acts: bool) -> Row:
    late = row.due < today
    due = swedish.short_date(row.due, lang=lang())
    if late:
        kind = _("Nästa steg, skulle ske %(day)s") % {"day": due}
    elif row.due == today:
        kind = _("Nästa steg i dag")
    else:
        kind = _("Nästa steg")
    if row.owner_id in names:
        kind = _for(kind, names[row.owner_id])
    who = str(row.channel or row.group or row.organisation)
    return {
        "icon": "flag",
        "tone": "part" if late else "",
        "kind": kind,
        "title": row.text if acts else _("Ett nästa steg med %(who)s") % {"who": who},
        "href": _page_of(row),
        "text": _("%(who)s. Ni kom överens om det %(day)s.")
        % {"who": who, "day": swedish.short_date(timezone.localdate(row.created_at), lang=lang())},
        "acts": [
            {"label": _("Klart"), "action": reverse("step_done", args=[row.pk]), "icon": "check",
             "next": reverse("today")},
            {"label": _("Flytta en vecka"), "action": reverse("step_move", args=[row.pk]),
             "style": "quiet", "next": reverse("today")},
        ] if acts else [],
    }  # fmt: skip


def _page_of(row: AgreedStep) -> str:
    if row.channel_id is not None:
        return reverse("channel", args=[row.channel_id])
    if row.group_id is not None:
        return reverse("group", args=[row.group_id])
    return reverse("partners:organisation_detail", args=[row.organisation_id])


def _channel(row: Channel) -> Row:
    acts: list[Row] = []
    if row.role_phone:
        number = swedish.format_phone(row.role_phone)
        acts.append({"label": number, "href": f"tel:{row.role_phone}", "icon": "phone"})
    log = f"{reverse('contact_log')}?organisation={row.organisation_id}&channel={row.pk}"
    acts.append({"label": _("Anteckna kontakt"), "href": log, "style": "quiet" if acts else ""})
    return {
        "icon": "bell",
        "tone": "",
        "kind": _("Hör av dig"),
        "title": row.name,
        "href": reverse("channel", args=[row.pk]),
        "text": _("%(who)s. %(last)s") % {"who": row.organisation.name, "last": _last(row)},
        "acts": acts,
    }


def _last(row: Channel) -> str:
    last: datetime | None = row.last_contact  # type: ignore[attr-defined] # annotated
    if last is None:
        return _("Ingen kontakt är antecknad än.")
    day = swedish.short_date(timezone.localdate(last), lang=lang())
    return _("Senaste kontakten var %(day)s.") % {"day": day}


def _absent(user: User, now: datetime) -> list[Row]:
    """Who is away or soon will be, with visits that need another host."""
    found = []
    for absence in standing_in.coming(now):
        count = relations.hostless(absence, now).count()
        if not count:
            continue
        own = absence.person_id == user.pk
        words = ngettext(
            "%(count)d besök behöver en annan värd medan %(name)s är borta",
            "%(count)d besök behöver en annan värd medan %(name)s är borta",
            count,
        ) % {"count": count, "name": _("du") if own else absence.person.first_name}
        page = reverse("away") if own else reverse("away_for", args=[absence.person_id])
        reads = own or standing_in.may_see_to(user, absence.person)
        found.append({
            "icon": "person", "tone": "part", "kind": _("Värd är borta"), "title": words,
            "href": page if reads else "",
            "text": _dates(absence),
            "acts": [{"label": _("Se besöken"), "href": page}] if reads else [],
        })  # fmt: skip
    return found


def _dates(absence: StandIn) -> str:
    days = (absence.first_day, absence.last_day)
    first, last = (swedish.short_date(day, lang=lang()) for day in days)
    return _("%(first)s till och med %(last)s. %(name)s tar över.") % {
        "first": capital(first), "last": last, "name": absence.stand_in.name,
    }  # fmt: skip


def _later(now: datetime, today: date, *, acts: bool) -> list[Row]:
    """Agreements to look over, silent channels and quiet organisations; a few of each."""
    agreements = list(relations.agreements_to_review(today))
    rows = [
        *(_agreement(row) for row in agreements[:MOST]),
        *_some([_silent(row) for row in relations.silent_channels(now)], _more_channels, "network"),
        *_some(
            [_quiet(row, today) for row in relations.quiet_since(now)], _more_quiet, "relations"
        ),
    ]
    if not acts:
        for row in rows:
            row.update(href="", label="")
    return rows


def _some(rows: list[Row], more: Any, page: str) -> list[Row]:
    left = len(rows) - MOST
    if left <= 0:
        return rows
    last: Row = {"strong": "", "text": more(left), "href": reverse(page), "label": _("Se alla")}
    return [*rows[:MOST], last]


def _more_channels(count: int) -> str:
    words = ngettext(
        "%(count)d kanal till har varit tyst i mer än 90 dagar.",
        "%(count)d kanaler till har varit tysta i mer än 90 dagar.",
        count,
    )
    return words % {"count": count}


def _more_quiet(count: int) -> str:
    words = ngettext(
        "%(count)d organisation till har inte hörts av på 90 dagar.",
        "%(count)d organisationer till har inte hörts av på 90 dagar.",
        count,
    )
    return words % {"count": count}


def _agreement(row: Agreement) -> Row:
    page = reverse("partners:organisation_detail", args=[row.organisation_id])
    return {
        "strong": row.organisation.name,
        "group": page,
        "text": _("har en överenskommelse som är äldre än ett år."),
        "href": f"{page}#overenskommelser",
        "label": _("Se över"),
    }


def _silent(row: Channel) -> Row:
    return {
        "strong": row.name,
        "group": reverse("channel", args=[row.pk]),
        "text": _("har varit tyst i mer än 90 dagar. %(last)s") % {"last": _last(row)},
        "href": f"{reverse('contact_log')}?organisation={row.organisation_id}&channel={row.pk}",
        "label": _("Anteckna kontakt"),
    }


def _quiet(row: Quiet, today: date) -> Row:
    if row.last is None:
        text = _("har inte hörts av sedan den lades in.")
    else:
        short = swedish.short_date(row.last, lang=lang())
        day = short if row.last.year == today.year else f"{short} {row.last.year}"
        text = _("har inte hörts av sedan %(day)s.") % {"day": day}
    return {
        "strong": row.organisation.name,
        "group": reverse("partners:organisation_detail", args=[row.organisation.pk]),
        "text": text,
        "href": f"{reverse('contact_log')}?organisation={row.organisation.pk}",
        "label": _("Anteckna kontakt"),
    }
