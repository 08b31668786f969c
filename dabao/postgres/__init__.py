"""Django's PostgreSQL backend, over the embedded server of the data folder (see `dabao.embedded`)."""
