"""I dag: what partners ask of us, each with its act."""

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, standing_in, swedish
from core.models import User
from partners.models import TASK_KIND_LABELS, PartnerTask, TaskKind
from scheduling.views.today_relation import marked
from scheduling.views.today_words import Row, lang

_ICONS = {
    TaskKind.REQUEST: "mail",
    TaskKind.PUBLIC_REQUEST: "mail",
    TaskKind.REMOVAL: "person",
    TaskKind.CORRECTION: "pen",
}


def asked(user: User, now: datetime) -> list[Row]:
    """Every open task for a planner, the most pressing first; nobody else may answer them."""
    if not access.may_plan(user):
        return []
    today = timezone.localdate(now)
    rows: list[Row] = [_row(task, late=task.due < today) for task in PartnerTask.objects.open()]
    return marked(rows, standing_in.covered_by(user, now))


def _row(task: PartnerTask, *, late: bool) -> Row:
    kind = TaskKind(task.kind)
    page = reverse("partners:task", args=[task.pk])
    day = swedish.short_date(task.due, lang=lang())
    return {
        "icon": _ICONS[kind],
        "tone": "part" if late else "",
        "kind": TASK_KIND_LABELS[kind],
        "title": who(task),
        "href": page,
        "text": _("Svara senast %(day)s.") % {"day": day},
        "quote": task.text or task.times,
        "owner": task.owner_id,
        "acts": [
            *([_book(task)] if kind in {TaskKind.REQUEST, TaskKind.PUBLIC_REQUEST} else []),
            {"label": _("Öppna"), "href": page, "style": "quiet"},
        ],
    }


def who(task: PartnerTask) -> str:
    """Who asks."""
    return str(task.contact or task.group or task.organisation or task.from_organisation)


def _book(task: PartnerTask) -> Row:
    if task.organisation_id is None:
        query = urlencode({"name": task.from_organisation, "uppgift": task.pk})
        address = f"{reverse('partners:organisation_create')}?{query}"
        return {"label": _("Lägg upp organisationen"), "href": address}
    query = urlencode({"group": task.group_id or "", "uppgift": task.pk})
    return {"label": _("Boka"), "href": f"{reverse('book')}?{query}", "icon": "calendar"}
