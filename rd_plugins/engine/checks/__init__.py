"""What is checked before a run, so that it is not silently wrong."""
from .config_checks import check_config, check_scaled_rates
from .run_check_hook import RunCheckHook

__all__ = ['RunCheckHook', 'check_config', 'check_scaled_rates']
