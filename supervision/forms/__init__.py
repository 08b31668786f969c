"""Forms of supervision, one file a subject."""
