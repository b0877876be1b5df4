"""What holds for all tests: a property is about answers, not about the time a busy machine takes for one example."""

from hypothesis import settings

settings.register_profile("yida", deadline=None)
settings.load_profile("yida")
