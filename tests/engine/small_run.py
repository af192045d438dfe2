"""Moved to tests/helpers/runs.py."""
from tests.helpers.runs import epsilon_cfg, train  # noqa: F401
