"""The shares of a network that its blocks have, for the run of a budget."""
from typing import List

from mmengine.dist import broadcast_object_list

from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.models.utils import shares_of_macs, shares_of_time

MEASURES = dict(macs=shares_of_macs, latency=shares_of_time)


def block_shares(runner, metric: str) -> List[float]:
    """The share of each block, the same in every process.

    What is measured goes with the checkpoint, and a resumed run takes it from
    there.

    Args:
        runner (Runner): The run.
        metric (str): ``'blocks'``, ``'macs'`` or ``'latency'``.
    """
    model = unwrap_model(runner)
    if metric == 'blocks':
        return [1 / model.backbone.num_blocks] * model.backbone.num_blocks
    key = f'block_shares_of_{metric}'
    shares = runner.message_hub.get_info(key)
    if shares is None:
        batch = next(iter(runner.train_dataloader))
        image = model.data_preprocessor(batch)['inputs'][:1]
        measured = [MEASURES[metric](model, image)]
        broadcast_object_list(measured)  # times differ
        shares = measured[0]
    runner.message_hub.update_info(key, shares)
    return shares
