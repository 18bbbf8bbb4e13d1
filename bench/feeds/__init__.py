"""Feeds beside a static file and beside other calendar servers."""
