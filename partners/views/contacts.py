"""Kontakter: the forms; they are listed on their organisation's page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, Forbidden, Missing
from core.models import User
from partners import queries, services
from partners.forms.contact import ContactForm
from partners.models import Contact, Organisation
from partners.services.texting import start_texts
from partners.views.common import attempt, form_page, planner, to_organisation
from partners.views.organisations import SECTION, organisation_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one in the organisation ``pk``; ``?group=`` ticks a group."""
    user = planner(request)
    home = queries.organisation_by_id(viewer=user, pk=pk)
    if request.method == "POST":
        form = ContactForm(home, request.POST)
        if _saved(user, form, home, None):
            messages.success(request, _("Kontakten är sparad."))
            return to_organisation(home)
    else:
        form = ContactForm(home, initial={"groups": request.GET.getlist("group")})
    return _page(request, form, home, title=_("Ny kontakt"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    form = ContactForm.of(row)
    if request.method == "POST":
        form = ContactForm(row.organisation, request.POST, contact=row)
        if _saved(user, form, row.organisation, row):
            messages.success(request, _("Ändringen är sparad."))
            return to_organisation(row.organisation)
    archive = None if row.archived_at else reverse("partners:contact_archive", args=[row.pk])
    return _page(request, form, row.organisation, title=_("Ändra kontakten"), archive=archive)


def _saved(user: User, form: ContactForm, home: Organisation, contact: Contact | None) -> bool:
    saved = attempt(
        form,
        lambda: services.save_contact(
            actor=user,
            now=timezone.now(),
            details=form.details(),
            organisation=home,
            groups=form.groups_chosen(),
            contact=contact,
        ),
    )
    return saved is not None


def _page(
    request: HttpRequest, form: ContactForm, home: Organisation, **context: object
) -> HttpResponse:
    back = reverse("partners:organisation_detail", args=[home.pk])
    return form_page(
        request, "contact", form, section=SECTION, over=home.name, back=back, **context
    )


@login_required
@require_POST
def contact_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Archive or take back."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    acts = {
        "archive": (services.archive_contact, _("Kontakten är arkiverad.")),
        "restore": (services.restore_contact, _("Kontakten är tillbaka.")),
    }
    act, words = acts[name]
    try:
        act(actor=user, now=timezone.now(), contact=row)
    except (Forbidden, Missing):
        raise
    except DomainError as error:
        return organisation_page(request, row.organisation_id, error)
    messages.success(request, words)
    return to_organisation(row.organisation_id)


@login_required
@require_POST
def contact_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The contact has said that texts are welcome again, after a STOPP."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    start_texts(number=row.phone, now=timezone.now(), actor=user)
    messages.success(request, _("Kontakten får sms igen."))
    return to_organisation(row.organisation_id)


urlpatterns = [
    path("organisationer/<int:pk>/kontakter/ny", contact_create, name="contact_create"),
    path("kontakter/<int:pk>/andra", contact_edit, name="contact_edit"),
    path("kontakter/<int:pk>/sms-igen", contact_texts, name="contact_texts"),
    path("kontakter/<int:pk>/arkivera", contact_act, {"name": "archive"}, name="contact_archive"),
    path(
        "kontakter/<int:pk>/ta-tillbaka", contact_act, {"name": "restore"}, name="contact_restore"
    ),
]
