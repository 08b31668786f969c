"""Writes of the ground floor: accounts, postings, sign-in, the plan's data. Keyword-only, atomic, audited."""
