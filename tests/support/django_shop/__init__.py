"""A small Django shop that keeps cases on Django's own connection; tested in Django's own test runner."""
