"""What the gates of an ε-ResNet have seen, and which of them are closed."""
from contextlib import contextmanager
from typing import Iterator, List, Optional, Sequence

import numpy as np
import torch
from torch import nn

# The slope of the paper's third and fourth ReLU. They let a response exceed
# epsilon by 1 / SLOPE before the gate opens.
SLOPE = np.float32(1e6)
# The response of a block that is frozen: above every threshold, yet finite,
# as checkpoints have to be, also as a sum over processes.
UNTRAINED = 2.0**100


def is_open(peak: np.float32, epsilon: np.float32) -> bool:
    """Whether the paper's four ReLUs let a response pass, in float32."""
    return not SLOPE * (peak - epsilon) < 1


def largest_closed(epsilon: float) -> float:
    """The largest response that a gate with this threshold closes.

    Comparing with it is one operation, and says the same as :func:`is_open`
    of every float32 number.
    """
    epsilon = np.float32(epsilon)
    # The sum is rounded to the number looked for, or to one above it.
    limit = epsilon + 1 / SLOPE
    while is_open(limit, epsilon):
        limit = np.nextafter(limit, -np.inf, dtype=np.float32)
    return float(limit)


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
        epsilon (float): The threshold; 0 once all blocks are released.
        peak (Tensor): Largest response since :meth:`start_epoch`, (B, );
            :data:`UNTRAINED` of a frozen block.
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
        self.epsilon = float(epsilon)
        self._applies_to: Optional[Sequence[int]] = None
        self._gates: List[nn.Module] = []  # no submodules of this one
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
        self.register_load_state_dict_post_hook(_after_loading)
        self.update_skipped()

    def add(self, gate: nn.Module) -> None:
        """Add the next gate, a :class:`StrictIdentity`."""
        self._gates.append(gate)
        self.set_epsilon(self.epsilon)

    def set_epsilon(self,
                    epsilon: float,
                    blocks: Optional[Sequence[int]] = None) -> None:
        """Change the threshold.

        Args:
            epsilon (float): The threshold.
            blocks (Sequence[int], optional): Indices of the gates that it
                applies to; the others stay open whatever their blocks
                respond. Defaults to None: all.
        """
        self.epsilon = float(epsilon)
        self._applies_to = blocks
        limit = largest_closed(self.epsilon)
        for index, gate in enumerate(self._gates):
            applies = blocks is None or index in blocks
            gate.limit.fill_(limit if applies else -torch.inf)
            gate.zero.zero_()

    def release(self) -> None:
        """Open all gates but those of dead blocks, for good."""
        self.set_epsilon(0, [])

    @property
    def latest(self) -> torch.Tensor:
        """The largest responses of the last step, (B, )."""
        return torch.stack([
            gate.latest if gate.training else
            torch.full_like(gate.latest, UNTRAINED) for gate in self._gates])

    def frozen(self) -> List[bool]:
        """Which blocks do not train, by the mode of their gates."""
        return [not gate.training for gate in self._gates]

    def stays_closed(self, peaks: torch.Tensor) -> torch.Tensor:
        """Whether the gates are closed at these responses, boolean (B, )."""
        return peaks <= torch.stack([gate.limit for gate in self._gates])

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
        self.update_skipped()

    @torch.no_grad()
    def end_step(self) -> None:
        """Update the averages and counts after a forward pass of training."""
        dead = self.dead > 0
        latest = self.latest.masked_fill(dead, 0)
        closed = (self.stays_closed(latest) | dead).float()
        decay = ((1 + self.steps) / (10 + self.steps)).clamp(max=0.95)
        for average, value in ((self.closed_average, closed),
                               (self.count_average, closed.sum())):
            average.sub_((average - value) * (1 - decay))
        self.closed_steps.add_(1).mul_(closed.long())
        self.peak.copy_(torch.maximum(self.peak, latest))
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


def _after_loading(states: GateStates, _) -> None:
    states.update_skipped()
    # A network that was built without numbers has none in its buffers yet.
    states.set_epsilon(states.epsilon, states._applies_to)
