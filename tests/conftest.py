"""What all tests share: hypothesis judges what is found, not how fast a busy machine finds it; and
English is spoken, whatever the machine's locale is."""

import os

from hypothesis import HealthCheck, settings

os.environ["PAOTUAN_LANG"] = "en"

settings.register_profile(
    "paotuan",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("paotuan")
