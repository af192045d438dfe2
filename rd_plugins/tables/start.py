"""The network that a run goes on from."""
from rd_plugins.engine.config_file import build_model
from rd_plugins.shipping.publish import choose_weights
from rd_plugins.utils.checkpoint import check_state_dict_fits
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.whole_file import write_checkpoint
from .run import Run
from .size import student_config


def write_start(run: Run) -> None:
    """Write the weights of ``row.start`` where the run's config expects them.

    Only those of the network: what was trained beside it is not among the
    weights that results keep, so it is left out of a checkpoint too.

    Raises:
        UsageError: If the run's network does not take all of them.
    """
    path = run.needs[run.row.start].checkpoint()
    weights = choose_weights(read_checkpoint(path), path)
    network = build_model(student_config(run))
    check_state_dict_fits(weights, network, f'{run.name} cannot start: {path}')
    write_checkpoint(dict(state_dict=weights), str(run.start_file))
