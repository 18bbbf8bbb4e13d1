"""What the register's pages share: who asks, the search, one way to save a form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from core.access import may_plan, require
from core.errors import Conflict, Invalid
from core.models import User
from partners.forms.base import RegisterForm
from partners.models import Group, Organisation
from partners.queries import viewer_of

R = TypeVar("R")
M = TypeVar("M", bound=Model)

PAGE_SIZE = 50


def viewer(request: HttpRequest) -> User:
    """Who asks. Raises Forbidden."""
    return viewer_of(request.user)


def planner(request: HttpRequest) -> User:
    """Who asks and may change the register. Raises Forbidden."""
    user = viewer(request)
    require(may_plan(user))
    return user


@dataclass(frozen=True, slots=True)
class Search:
    """A list's filters, as they stand in its address."""

    q: str
    archived: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Search":
        """Never wrong: what makes no sense is no filter."""
        q = request.GET.get("q", "").replace("\0", " ").strip()
        return cls(q=q, archived=bool(request.GET.get("archived")))

    @property
    def narrows(self) -> bool:
        """Whether something is left out of the list."""
        return bool(self.q) or self.archived


def page_of(request: HttpRequest, rows: QuerySet[M, M]) -> Page[M]:
    """The page, by name, that the address asks for; the nearest there is."""
    return Paginator(rows.order_by("search", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))


def attempt(form: RegisterForm[Any], save: Callable[[], R]) -> R | None:
    """What ``save`` made of a valid form; None where it was refused, and the form says why."""
    if not form.is_valid():
        return None
    try:
        return save()
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return None


def form_page(
    request: HttpRequest, kind: str, form: RegisterForm[Any], **context: object
) -> HttpResponse:
    """The form, filled as it was sent."""
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"partners/{kind}_form.html", {"form": form, **context}, status=status)


def to_organisation(organisation: Organisation | int) -> HttpResponse:
    """On to the organisation's page."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    return HttpResponseRedirect(reverse("partners:organisation_detail", args=[pk]), status=303)


def to_group(group: Group) -> HttpResponse:
    """On to the group's page, which is not the register's own."""
    return HttpResponseRedirect(reverse("group", args=[group.pk]), status=303)
