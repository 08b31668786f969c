"""Rules of supervision: pure functions over figures and days, standard library and code lists only."""
