"""Mail that comes in: fetch or be handed it, read, judge who answers, apply, keep."""
