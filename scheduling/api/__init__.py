"""WHEN over HTTP. ``config.api`` adds ``routers`` to the one API."""

from ninja import Router

from scheduling.api import acts, feeds, offers, report, resources, visits

routers: list[tuple[str, Router]] = [
    ("", resources.router),
    ("", offers.router),
    ("/visits", visits.router),
    ("/visits", acts.router),
    ("/feeds", feeds.router),
    ("/report", report.router),
]
