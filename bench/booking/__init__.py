"""Booking beside a raw INSERT and beside check-then-insert; find-a-time beside its own history."""
