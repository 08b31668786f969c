"""Pages of the ground floor: signing in, one's own account, administration, the log, the plan's data."""
