"""What all tests share: hypothesis judges what is found, not how fast a busy machine finds it."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "paotuan",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("paotuan")
