"""One page of paper for the wall: what the group must know, and nothing about who they are."""

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import SafeString

from scheduling import links
from scheduling.models import Invitation
from scheduling.views.answer_page import partner_page, show


@partner_page
def sheet(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """A4 in 16 points, with a code that leads back here (DOMAIN.md §4, "Print one-pager")."""
    address = links.short_url(invitation)
    return show(request, "print", invitation, address=address, code=_code(address))


def _code(address: str) -> SafeString:
    """The address as an SVG of its own: no style, no script, no other host."""
    drawn = BytesIO()
    segno.make(address, micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, svgclass="qr",
        lineclass=None, dark="#000", light="#fff",
    )  # fmt: skip
    return SafeString(drawn.getvalue().decode())


urlpatterns = [path("svar/<str:token>/skriv-ut", sheet, name="answer_print")]
