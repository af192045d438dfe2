"""How a network does with few bits: quantised values in float arithmetic.

Weights are rounded symmetrically with a scale for each output channel,
activations with one range for each tensor, where an integer engine stores
them: after each operator, but for those that a ReLU follows, which it fuses.
"""
import operator
from typing import Any, Dict, Iterable, List

import torch
from torch import nn
from torch.fx import Interpreter, Node

aten = torch.ops.aten
RELU = {aten.relu.default, aten.relu_.default}
# Operators whose results are values of their inputs
MOVES = {aten.view.default, aten.flatten.using_ints, operator.getitem}


def rounded_weights(network: nn.Module, bits: int) -> None:
    """Round weights of convolutions and linear layers, in place.

    Args:
        network (nn.Module): With norms folded.
        bits (int): At least 2.
    """
    largest = 2**(bits - 1) - 1
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            weight = module.weight.data
            scale = weight.flatten(1).abs().amax(1).clamp(min=1e-12) / largest
            scale = scale.view(-1, *[1] * (weight.dim() - 1))
            module.weight.data = (weight / scale).round() * scale


class FewBits(Interpreter):
    """Runs an exported network; measures ranges, then rounds to them.

    Args:
        network (nn.Module): Maps images (N, C, H, W) to logits.
        images (Tensor): A batch of two or more images.
        bits (int): Of each activation. Logits are not rounded.
    """

    def __init__(self, network: nn.Module, images: torch.Tensor,
                 bits: int) -> None:
        exported = torch.export.export(
            network, (images, ),
            dynamic_shapes=({0: torch.export.Dim('batch', min=2)}, ))
        super().__init__(exported.module())
        self.levels = 2**bits - 1
        self.ranges: Dict[str, List[float]] = {}
        self.is_calibrating = True

    @torch.no_grad()
    def calibrate(self, batches: Iterable[torch.Tensor]) -> None:
        """Measure the range of every activation on batches of images."""
        for images in batches:
            self.run(images)
        self.is_calibrating = False

    @torch.no_grad()
    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """The network's outputs, with rounded activations."""
        return self.run(images)

    def run_node(self, node: Node) -> Any:
        """Run a node, and measure or round its result."""
        value = super().run_node(node)
        if not is_stored(node) or not isinstance(value, torch.Tensor):
            return value
        if self.is_calibrating:
            low, high = self.ranges.setdefault(node.name, [0.0, 0.0])
            self.ranges[node.name] = [min(low, value.min().item()),
                                      max(high, value.max().item())]
            return value
        low, high = self.ranges[node.name]
        scale = max(high - low, 1e-12) / self.levels
        return torch.fake_quantize_per_tensor_affine(
            value, scale, round(-low / scale), 0, self.levels)


def is_stored(node: Node) -> bool:
    """Whether an integer engine stores a node's result."""
    if node.op == 'placeholder':
        return True
    if node.op != 'call_function' or node.target in MOVES:
        return False
    users = list(node.users)
    return not any(user.op == 'output' or user.target in RELU
                   for user in users)
