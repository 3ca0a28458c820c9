"""For every test: how long an example takes says nothing, where several tests run at once."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
