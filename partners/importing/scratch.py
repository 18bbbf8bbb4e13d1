"""A private database on disk that is gone with its connection: what need not stand in memory."""

import sqlite3


def scratch(tables: str) -> sqlite3.Connection:
    """An empty one with ``tables`` (SQL); nothing in it is ever committed."""
    store = sqlite3.connect("", isolation_level=None)
    store.executescript(f"PRAGMA journal_mode = OFF; {tables} BEGIN;")
    return store
