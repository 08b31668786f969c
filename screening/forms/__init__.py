"""Forms of screening: what people type, checked for form; services check what may be."""
