"""The gate of ε-ResNet: blocks that respond weakly become the identity."""
from contextlib import contextmanager
from typing import Iterator, List

import torch
from mmengine.dist import all_reduce
from torch import nn

# The slope of the paper's third and fourth ReLU. They let a response exceed
# epsilon by 1 / SLOPE before the gate opens.
SLOPE = 1e6


def peak_response(x: torch.Tensor) -> torch.Tensor:
    """The largest absolute value of a tensor, as a float32 scalar.

    NaN if there is one. No gradient.
    """
    low, high = torch.aminmax(x.detach())
    return torch.maximum(-low, high).float()


def is_open(peak: torch.Tensor, epsilon: torch.Tensor) -> torch.Tensor:
    """Whether a gate lets a block's response pass.

    Args:
        peak (Tensor): Largest absolute values, float32, any shape.
        epsilon (Tensor): The threshold, a float32 scalar.

    Returns:
        Tensor: Boolean, of the shape of ``peak``. NaN is open, so that a
        broken run is seen.
    """
    return ~(SLOPE * (peak - epsilon) < 1)


class GateStates(nn.Module):
    """The states of all gates of a network, one entry for each block.

    Args:
        num_blocks (int): How many gates.
        epsilon (float): The threshold.
        eval_gates (str): ``'frozen'``: in eval mode the gates of
            :meth:`closed` are closed and the others open for every batch.
            ``'dynamic'``: they depend on the batch, as in training.
            Defaults to ``'frozen'``.
        scope (str): ``'local'``: a gate depends on the images of its own
            process; ``'global'``: on those of all processes.
            Defaults to ``'local'``.

    Attributes:
        peak (Tensor): Largest response since :meth:`start_epoch`, (B, ).
        closed_average (Tensor): Moving average of "closed", float32, (B, ).
        closed_steps (Tensor): Number of the last steps in a row in which the
            gate was closed, (B, ).
        dead (Tensor): 1 for a dead block, (B, ).
        count_average (Tensor): Moving average of the number of closed gates,
            the float32 number that the paper's released code compares.
        skipped (list[bool]): Which blocks are not computed.
    """

    def __init__(self,
                 num_blocks: int,
                 epsilon: float,
                 eval_gates: str = 'frozen',
                 scope: str = 'local') -> None:
        super().__init__()
        self.eval_gates = eval_gates
        self.scope = scope
        self.calibrating = False
        self.register_buffer(
            'epsilon', torch.tensor(float(epsilon)), persistent=False)
        self.register_buffer(
            'latest', torch.zeros(num_blocks), persistent=False)
        self.register_buffer('peak', torch.zeros(num_blocks))
        self.register_buffer('closed_average', torch.zeros(num_blocks))
        self.register_buffer('count_average', torch.zeros(()))
        # Integers, also for booleans, which not every communication backend
        # can reduce.
        integers = dict(dtype=torch.long)
        self.register_buffer('closed_steps',
                             torch.zeros(num_blocks, **integers))
        self.register_buffer('dead', torch.zeros(num_blocks, **integers))
        self.register_buffer('steps', torch.zeros((), **integers))
        self.register_load_state_dict_post_hook(_update_skipped)
        self.update_skipped()

    def closed(self) -> torch.Tensor:
        """Which gates are closed in evaluation, boolean (B, ).

        Those of dead blocks, and those that were closed in at least half of
        the last steps of training (by the moving average).
        """
        return (self.dead > 0) | (self.closed_average >= 0.5)

    def update_skipped(self) -> None:
        """Read from the buffers which blocks need not be computed.

        This waits for the device, so the forward pass need not.
        """
        looks_at_batch = self.training or self.eval_gates == 'dynamic'
        gone = self.dead > 0 if looks_at_batch or self.calibrating \
            else self.closed()
        # A network that is built without numbers has no dead blocks yet.
        self.skipped: List[bool] = [False] * len(gone) if gone.is_meta \
            else gone.tolist()

    def train(self, mode: bool = True) -> 'GateStates':
        """Set the mode, and with it what is skipped."""
        super().train(mode)
        self.update_skipped()
        return self

    def start_epoch(self) -> None:
        """Reset the peaks."""
        self.peak.zero_()

    def mark_dead(self, blocks: torch.Tensor) -> None:
        """Mark blocks as dead for good.

        Args:
            blocks (Tensor): Which blocks, boolean (B, ).
        """
        self.dead.logical_or_(blocks)
        self.latest.masked_fill_(blocks, 0)
        self.update_skipped()

    @torch.no_grad()
    def end_step(self) -> None:
        """Update the averages and counts after a forward pass of training."""
        closed = (~is_open(self.latest, self.epsilon)).float()
        decay = ((1 + self.steps) / (10 + self.steps)).clamp(max=0.95)
        for average, value in ((self.closed_average, closed),
                               (self.count_average, closed.sum())):
            average.sub_((average - value) * (1 - decay))
        self.closed_steps.add_(1).mul_(closed.long())
        self.peak.copy_(torch.maximum(self.peak, self.latest))
        self.steps.add_(1)

    @contextmanager
    def calibration(self) -> Iterator[torch.Tensor]:
        """Collect the peaks of blocks that are closed but not yet dead.

        For a model in eval mode. Inside the context these blocks are computed,
        but their gates stay closed.

        Yields:
            Tensor: The largest responses so far, (B, ).
        """
        self.calibrating = True
        self.calibrated = torch.zeros_like(self.peak)
        self.update_skipped()
        try:
            yield self.calibrated
        finally:
            self.calibrating = False
            self.update_skipped()


def _update_skipped(states: GateStates, _) -> None:
    states.update_skipped()


class StrictIdentity(nn.Module):
    """The sparsity-promoting function of ε-ResNet on one block's response.

    From `Learning Strict Identity Mappings in Deep Residual Networks
    <https://arxiv.org/abs/1804.01661>`_, eq. 3: the response passes unchanged
    if its largest absolute value in the batch exceeds epsilon, and is set to
    zero otherwise. Values and gradients are those of the paper's four ReLUs.
    A closed gate gives gradients that are zero, not absent: weight decay and
    momentum go on.

    Args:
        states (GateStates): The states of all gates of the network.
        index (int): Index of this gate.
    """

    def __init__(self, states: GateStates, index: int) -> None:
        super().__init__()
        # In a tuple, so that only the network registers them as a submodule.
        self._states = (states, )
        self.index = index

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
            return torch.where(closed, x.new_zeros(()), x)
        if not self.training and states.eval_gates == 'frozen':
            return x
        peak = peak_response(x)
        if states.scope == 'global':
            all_reduce(peak, 'max')
        if self.training:
            states.latest[self.index] = peak
        return torch.where(
            is_open(peak, states.epsilon), x, x.new_zeros(()))

    def extra_repr(self) -> str:
        """Show the number when the module is printed."""
        return f'index={self.index}'


class EndOfStep(nn.Module):
    """Passes features on; in training, updates the states of all gates.

    It comes after the last gate, inside the last stage, so it also runs where
    stages are run one by one.

    Args:
        states (GateStates): The states of all gates of the network.
    """

    def __init__(self, states: GateStates) -> None:
        super().__init__()
        self._states = (states, )  # as in StrictIdentity

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x."""
        if self.training:
            self._states[0].end_step()
        return x
