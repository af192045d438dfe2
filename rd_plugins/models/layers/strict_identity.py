"""The gate of ε-ResNet: blocks that respond weakly become the identity."""
from typing import Optional

import torch
from mmengine.dist import all_reduce, is_distributed
from torch import nn

from .gate_states import GateStates


@torch.no_grad()
def peak_response(x: torch.Tensor,
                  out: Optional[torch.Tensor] = None) -> torch.Tensor:
    """The largest absolute value of a tensor, as a scalar.

    NaN if there is one. No gradient.

    Args:
        x (Tensor): Any shape.
        out (Tensor, optional): A scalar of at least its precision, to write
            it into. Defaults to None.
    """
    if x.is_cpu:  # where a norm takes up to 200 times as long
        return torch.maximum(x.amax(), -x.amin(), out=out)
    return torch.linalg.vector_norm(
        x, torch.inf, dtype=None if out is None else out.dtype, out=out)


def largest_of_processes(peaks: torch.Tensor) -> None:
    """Replace responses by the largest of all processes, in place.

    The maximum of a backend may pass over NaN, which counts as infinite.
    """
    if is_distributed():
        peaks.nan_to_num_(nan=torch.inf, posinf=torch.inf)
    all_reduce(peaks, 'max')


def sync_gates(gates: GateStates) -> None:
    """Reduce the statistics of the gates over all processes.

    ``closed_steps`` becomes the minimum over the processes, ``peak`` the
    maximum, the moving averages their mean.
    """
    all_reduce(gates.closed_steps, 'min')
    largest_of_processes(gates.peak)
    all_reduce(gates.closed_average, 'mean')
    all_reduce(gates.count_average, 'mean')


class StrictIdentity(nn.Module):
    """The sparsity-promoting function of ε-ResNet on one block's response.

    From `Learning Strict Identity Mappings in Deep Residual Networks
    <https://arxiv.org/abs/1804.01661>`_, eq. 3: the response passes unchanged
    if its largest absolute value in the batch exceeds epsilon, and is set to
    zero otherwise. Values and gradients are those of the paper's four ReLUs.
    A closed gate gives gradients that are zero, not absent: weight decay and
    momentum go on. NaN passes, so that a broken run is seen. In eval mode,
    also of a frozen stage in training, the gate is open.

    Args:
        states (GateStates): The states of all gates of the network.
        index (int): Index of this gate; they are built in order.

    Attributes:
        latest (Tensor): Largest response in the last step of training.
        limit (Tensor): Up to this response the gate is closed.
    """

    def __init__(self, states: GateStates, index: int) -> None:
        super().__init__()
        # In a tuple, so that only the network registers them as a submodule.
        self._states = (states, )
        self.index = index
        for name in ('latest', 'limit', 'zero'):
            self.register_buffer(name, torch.zeros(()), persistent=False)
        states.add(self)

    @property
    def states(self) -> GateStates:
        """The states of all gates of the network."""
        return self._states[0]

    @property
    def skipped(self) -> bool:
        """Whether the response need not be computed."""
        return self.states.skipped[self.index]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> the same, or zeros."""
        states = self.states
        if states.calibrating:
            seen = states.calibrated[self.index]
            seen.copy_(torch.maximum(seen, peak_response(x)))
            closed = states.closed()[self.index]
        elif self.training or (states.eval_gates == 'dynamic'
                               and not states.training):
            peak = peak_response(
                x, self.latest if self.training else self.zero.clone())
            if states.scope == 'global':
                largest_of_processes(peak)
            closed = peak <= self.limit
        else:
            return x
        return torch.where(closed, self.zero, x)

    def extra_repr(self) -> str:
        """Show the number when the module is printed."""
        return f'index={self.index}'


class EndOfStep(nn.Module):
    """Passes features on; in training, updates the states of all gates.

    It comes after the last gate, inside the last stage, so it also runs where
    stages are run one by one. A stage may be frozen, and then is in eval mode;
    the states of all gates have the mode of the run.

    Args:
        states (GateStates): The states of all gates of the network.
    """

    def __init__(self, states: GateStates) -> None:
        super().__init__()
        self._states = (states, )  # as in StrictIdentity

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x."""
        states = self._states[0]
        if states.training:
            states.end_step()
        return x
