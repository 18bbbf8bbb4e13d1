"""The relation on the register's own page: partners knows nothing of visits, templates may."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access
from partners.models import STAGE_LABELS, Agreement, Organisation, Stage
from partners.queries import channels
from scheduling.insight import coming, relations
from scheduling.views.network import meeting_link
from scheduling.views.relation import about, log_undo
from scheduling.views.today_words import lang

register = template.Library()

#: stage -> (icon, tone): as ``core.templatetags.ui.STATES``, whose words a relation's are not.
LOOKS = {
    Stage.CONTACTED: ("phone", ""),
    Stage.MET: ("people", ""),
    Stage.UNDER_WAY: ("arrow-right", ""),
    Stage.ESTABLISHED: ("check", "yes"),
    Stage.RESTING: ("clock", "part"),
}


@register.inclusion_tag("ui/state.html")
def stage_state(stage: Stage | None) -> dict[str, Any]:
    """A stage as icon and word."""
    if stage is None:
        return {"icon": "plus", "tone": "", "word": _("Ingen kontakt än"), "size": "s"}
    name, tone = LOOKS[stage]
    return {"icon": name, "tone": tone, "word": STAGE_LABELS[stage], "size": "s"}


@register.inclusion_tag("scheduling/relation_panel.html", takes_context=True)
def relation_panel(context: template.Context, organisation: Organisation) -> dict[str, Any]:
    """Stage with its reason, contact log, next steps, channels and agreements."""
    request = context["request"]
    user, now = request.user, timezone.now()
    plans = access.may_plan(user)
    rows = Agreement.objects.filter(organisation=organisation, ended_on=None)
    group = organisation.groups.filter(archived_at=None).order_by("pk").first()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "user": user,
        "organisation": organisation,
        "standing": relations.stage_of(organisation, now, lang()),
        "plans": plans and organisation.archived_at is None,
        "first_group": group,
        "channels": channels(viewer=user).filter(organisation=organisation),
        "agreements": rows,
        "today": timezone.localdate(now),
        "meeting": meeting_link(organisation=organisation.pk) if plans else "",
        "meetings": coming.meetings_with(organisation, now),
        "undo": log_undo(user, now),
        **about(user, now, organisation=organisation),
    }
