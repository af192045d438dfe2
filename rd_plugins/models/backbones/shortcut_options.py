"""Checks of options that some kinds of shortcuts do not allow."""
from rd_plugins.utils.errors import UsageError


def check_no_shortcut_options(owner: str, zero_init_residual: bool,
                              drop_path_rate: float) -> None:
    """Check that options which need shortcuts are off.

    Args:
        owner (str): The backbone's name, for the message.
        zero_init_residual (bool): As in MMPretrain's ResNet.
        drop_path_rate (float): As in MMPretrain's ResNet.

    Raises:
        UsageError: If one of them is set.
    """
    for name, value, off in (('zero_init_residual', zero_init_residual, False),
                             ('drop_path_rate', drop_path_rate, 0.0)):
        if value:
            raise UsageError(
                f'{owner} got {name}={value}, which needs a shortcut around '
                'every block: without one it sets the output to zero. Set '
                f'{name}={off}.')


def check_merged_is_deployed(owner: str, shortcut: str, deploy: bool) -> None:
    """Check that merged shortcuts are built without norms.

    Raises:
        UsageError: If ``shortcut`` is merged and ``deploy`` is off.
    """
    if shortcut.startswith('merged') and not deploy:
        raise UsageError(
            f'{owner} with shortcut={shortcut!r} is the deployed form that '
            'tools/model_converters/remove_shortcuts.py writes; it needs '
            'deploy=True.')
