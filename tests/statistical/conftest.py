"""Lets these tests import `builders`, the small scenarios that all folders of tests share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
