"""WHEN over HTTP. ``config.api`` adds ``routers`` to the one API."""

from ninja import Router

from scheduling.api import (
    acts,
    competence,
    efforts,
    feeds,
    held,
    house,
    interests,
    learning,
    mailbox,
    manager,
    network,
    notes,
    offers,
    rearrange,
    relation,
    report,
    resources,
    retention,
    takeover,
    visits,
)

routers: list[tuple[str, Router]] = [
    ("", resources.router),
    ("", house.router),
    ("", offers.router),
    ("/visits", visits.router),
    ("/visits", acts.router),
    ("/visits", rearrange.router),
    ("/visits", notes.router),
    ("/feeds", feeds.router),
    ("/mailbox", mailbox.router),
    ("/manager", manager.router),
    ("/report", report.router),
    ("", held.router),
    ("/retention", retention.router),
    ("", network.router),
    ("", relation.router),
    ("", takeover.router),
    ("/efforts", efforts.router),
    ("/interests", interests.router),
    ("", learning.router),
    ("", competence.router),
]
