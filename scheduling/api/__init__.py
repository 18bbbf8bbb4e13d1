"""WHEN over HTTP. ``config.api`` adds ``routers`` to the one API."""

from ninja import Router

from scheduling.api import acts, feeds, house, report, resources, visits

routers: list[tuple[str, Router]] = [
    ("", resources.router),
    ("", house.router),
    ("/visits", visits.router),
    ("/visits", acts.router),
    ("/feeds", feeds.router),
    ("/report", report.router),
]
