"""What all networks with gates on their residual branches have."""
from typing import Iterator, List, Sequence

from torch import nn

from rd_plugins.models.layers import GateStates
from rd_plugins.utils.errors import UsageError, check_choice, check_number


class GatedNetwork:
    """Mixin of backbones whose blocks can close.

    Attributes:
        gates (GateStates, optional): The states of the gates; None without.
        epsilon (float): Their threshold, by the config.
        declared_blocks (list[str]): Names of all residual blocks, such as
            ``'layer2.9'``, in order.
        blocks (list[str]): Names of those with a residual branch, one for
            each gate.
        removed_blocks (frozenset[str]): Names of the others.
    """

    def _declare_blocks(self, names: Sequence[str], removed: Sequence[str],
                        epsilon: float, gate: bool, gate_scope: str,
                        eval_gates: str) -> None:
        """Check and keep the options of the gates.

        Raises:
            UsageError: If one is not allowed.
        """
        owner = type(self).__name__
        check_choice(owner, 'gate_scope', gate_scope, ('local', 'global'))
        check_choice(owner, 'eval_gates', eval_gates, ('frozen', 'dynamic'))
        check_number(owner, 'epsilon', epsilon, at_least=0,
                     hint='Usually it is from 1.5 to 3.')
        for name in removed:
            if name not in names:
                raise UsageError(
                    f'{owner} has no block {name!r} to remove; it has '
                    f'{len(names)}, {names[0]} to {names[-1]}.')
        self.declared_blocks = list(names)
        self.removed_blocks = frozenset(removed)
        self.blocks = [name for name in names if name not in removed]
        self.epsilon = epsilon
        self.gates = GateStates(
            len(self.blocks), epsilon, eval_gates,
            gate_scope) if gate and self.blocks else None

    @property
    def num_blocks(self) -> int:
        """Number of blocks with a residual branch."""
        return len(self.blocks)

    def set_epsilon(self, epsilon: float) -> None:
        """Change the threshold of all gates, as a schedule does."""
        if self.gates is not None:
            self.gates.set_epsilon(epsilon)

    def dead_blocks(self) -> List[str]:
        """Names of the dead blocks, in order.

        They are not computed any more and stay dead.
        """
        return self._named('dead')

    def closed_blocks(self) -> List[str]:
        """Names of the blocks that evaluation skips, in order.

        The dead ones, and those that were closed in at least half of the last
        steps. With frozen gates, the network without their residual branches
        has the same outputs.
        """
        return self._named('closed')

    def dead_parameters(self) -> Iterator[nn.Parameter]:
        """The parameters that no loss depends on any more."""
        for name in self.dead_blocks():
            yield from self.get_submodule(name).residual_parameters()

    def _named(self, state: str) -> List[str]:
        if self.gates is None:
            return []
        chosen = self.gates.closed() if state == 'closed' else self.gates.dead
        return [
            name for name, is_chosen in zip(self.blocks, chosen.tolist())
            if is_chosen
        ]
