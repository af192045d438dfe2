"""Moved to tests/helpers/runs.py."""
from tests.helpers.runs import (epsilon_cfg, save_teacher,  # noqa: F401
                                small_cfg, train)
