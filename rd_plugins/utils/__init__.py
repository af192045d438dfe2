"""Utilities that do not depend on the models.

Import its modules one by one: the dependency check has to run before anything
that needs the dependencies.
"""


def register_all_modules(init_default_scope: bool = True) -> None:
    """Import all that configs name; ``mmengine.hub`` calls it.

    Args:
        init_default_scope (bool): Let names without a scope be MMPretrain's,
            as in our configs. Defaults to True.
    """
    from mmpretrain.utils import register_all_modules as mmpretrain_modules

    import rd_plugins.datasets  # noqa: F401
    import rd_plugins.engine  # noqa: F401
    import rd_plugins.models  # noqa: F401
    mmpretrain_modules(init_default_scope)
