"""Reads of the ground floor, scope first: accounts, the log, the plan's data, the running state."""
