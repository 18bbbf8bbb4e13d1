"""Möjliga dubbletter: two side by side, field by field, merged or told apart; and the undo."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, Forbidden, Missing
from partners import duplicates
from partners.duplicates import Pair, Row
from partners.models import MergeRecord
from partners.services import merging
from partners.views.common import PAGE_SIZE, planner
from partners.views.merge_words import fields, hangs, kind_word, reason_word

SECTION = "organisations"


@login_required
@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Each pair with why, and the merges that can still be undone."""
    return _list(request)


def _list(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    user = planner(request)
    page = Paginator(duplicates.suggestions(viewer=user), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "section": SECTION,
        "page": page,
        "rows": [_row(pair) for pair in page],
        "merges": merging.undoable(timezone.now()).select_related("by"),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "partners/duplicates.html", context, status=status)


def _row(pair: Pair) -> dict[str, object]:
    keys = (pair.kind, pair.first.pk, pair.second.pk)
    return {
        "pair": pair,
        "kind": kind_word(pair.kind),
        "home": getattr(pair.first, "organisation", ""),
        "why": ", ".join(reason_word(reason) for reason in pair.reasons),
        "compare": reverse("partners:duplicate", args=keys),
        "apart": reverse("partners:duplicate_apart", args=keys),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: HttpRequest, kind: str, first: int, second: int) -> HttpResponse:
    """Both with what hangs on each; a choice for every detail that differs."""
    user = planner(request)
    pair = duplicates.both(viewer=user, kind=kind, first=first, second=second)
    error: DomainError | None = None
    if request.method == "POST":
        keep_second = request.POST.get("keep") == "second"
        kept, gone = pair[::-1] if keep_second else pair
        other = "first" if keep_second else "second"
        chosen = [f.name for f in fields(pair) if request.POST.get(f"field_{f.name}") == other]
        try:
            made = merging.merge(
                actor=user, now=timezone.now(), kept=kept, gone=gone, from_gone=chosen
            )
        except (Forbidden, Missing):
            raise
        except DomainError as refused:
            error = refused
        else:
            messages.success(request, _("%(gone)s och %(kept)s är nu en.") % _names(made))
            return _to(made)
    return _compare(request, kind, pair, error)


def _compare(
    request: HttpRequest, kind: str, pair: tuple[Row, Row], error: DomainError | None
) -> HttpResponse:
    keep = request.POST.get("keep", "first")
    choices = []
    for field in fields(pair):
        chosen = request.POST.get(f"field_{field.name}", keep)
        choices.append({"field": field, "first": chosen != "second", "second": chosen == "second"})
    context = {
        "section": SECTION,
        "kind": kind_word(kind),
        "first": pair[0],
        "second": pair[1],
        "keep_first": keep != "second",
        "keep_second": keep == "second",
        "choices": choices,
        "hangs": [hangs(duplicates.hanging(row)) for row in pair],
        "apart": reverse("partners:duplicate_apart", args=[kind, pair[0].pk, pair[1].pk]),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "partners/duplicate.html", context, status=status)


@login_required
@require_POST
def duplicate_apart(request: HttpRequest, kind: str, first: int, second: int) -> HttpResponse:
    """Inte samma: never suggested again."""
    user = planner(request)
    one, other = duplicates.both(viewer=user, kind=kind, first=first, second=second)
    merging.not_same(actor=user, now=timezone.now(), one=one, other=other)
    messages.success(request, _("Antecknat: de är inte samma."))
    return HttpResponseRedirect(reverse("partners:duplicates"), status=303)


@login_required
@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Two again."""
    user = planner(request)
    made = MergeRecord.objects.filter(pk=pk).first()
    if made is None:
        raise Missing
    try:
        merging.undo_merge(actor=user, now=timezone.now(), record=made)
    except (Forbidden, Missing):
        raise
    except DomainError as error:
        return _list(request, error)
    messages.success(request, _("%(gone)s och %(kept)s är två igen.") % _names(made))
    return _to(made)


def _names(made: MergeRecord) -> dict[str, str]:
    return {"gone": made.gone_name, "kept": made.kept_name}


def _to(made: MergeRecord) -> HttpResponse:
    """On to the page of the one that was kept."""
    kept: Any = merging.MODELS[made.kind]._default_manager.get(pk=made.kept_id)
    if made.kind == "group":
        address = reverse("group", args=[kept.pk])
    else:
        home = kept.pk if made.kind == "organisation" else kept.organisation_id
        address = reverse("partners:organisation_detail", args=[home])
    return HttpResponseRedirect(address, status=303)


_PAIR = "organisationer/dubbletter/<str:kind>/<int:first>/<int:second>"

urlpatterns = [
    path("organisationer/dubbletter/", duplicate_list, name="duplicates"),
    path(_PAIR, duplicate, name="duplicate"),
    path(f"{_PAIR}/inte-samma", duplicate_apart, name="duplicate_apart"),
    path("organisationer/dubbletter/<int:pk>/angra", merge_undo, name="merge_undo"),
]
