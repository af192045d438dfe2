"""How many operators gates add to a training step."""
from collections import Counter

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from rd_plugins.models import EpsilonResNet_CIFAR

N = 3  # blocks a stage


class Count(TorchDispatchMode):
    """Counts what is dispatched."""

    def __init__(self):
        super().__init__()
        self.found = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.found[function.overloadpacket.__name__] += 1
        return function(*args, **(kwargs or {}))


def operators(device, depth=6 * N + 2, **options):
    """Of the forward and the backward pass; on 'meta' as on a GPU."""
    with torch.device(device):
        network = EpsilonResNet_CIFAR(depth, base_channels=4, **options)
        images = torch.empty(2, 3, 32, 32)
    network.train()
    with Count() as forward:
        loss = network(images)[-1].sum()
    with Count() as backward:
        loss.backward()
    return forward.found.total(), backward.found.total()


@pytest.mark.parametrize('device, per_gate', [('meta', 3), ('cpu', 6)])
def test_a_gate_is_few_operators(device, per_gate):
    """Beyond those of the step as a whole, which do not grow with depth."""
    forward, backward = operators(device)
    longer = operators(device, 6 * N + 14)
    plain = operators(device, gate=False)
    longer_plain = operators(device, 6 * N + 14, gate=False)
    gates = 6
    assert (longer[0] - forward) - (longer_plain[0] - plain[0]
                                    ) == gates * per_gate
    assert (longer[1] - backward) - (longer_plain[1] - plain[1]) == gates * 2


if __name__ == '__main__':
    for device in ('meta', 'cpu'):
        print(device, operators(device, 110, gate=False),
              operators(device, 110))
