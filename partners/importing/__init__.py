"""Partners from a CSV file and back: read (pure), plan against the register, commit, export."""
