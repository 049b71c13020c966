"""How much Hypothesis tries, and figures without a screen, for every test."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# `fast` tries the same examples every time, so that a red run is red again;
# `nightly` looks for new ones: pytest --hypothesis-profile=nightly
settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("fast")
