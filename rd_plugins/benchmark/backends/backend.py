"""The base class of backends."""
import argparse
from importlib.util import find_spec
from typing import Callable, Dict, List, Optional, Tuple

import numpy as np
import torch

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import times_in_turns
from ..network import Network


class Backend:
    """Runs networks.

    Args:
        threads (int): CPU threads within an operator.
        precision (str): One of :attr:`precisions`.
        channels_last (bool): Memory format, for backends that have a choice.

    Attributes:
        packages (tuple[str]): The modules that it and its exporter need.
        runs_on (str, optional): The device of the networks. Defaults to None:
            a GPU if there is one.
    """

    name: str
    packages: Tuple[str, ...] = ()
    runs_on: Optional[str] = None
    precisions: Tuple[str, ...] = ('fp32', )
    batch_sizes: Optional[Tuple[int, ...]] = None  # any
    reads_onnx = True

    def __init__(self, threads: int, precision: str,
                 channels_last: bool) -> None:
        self.threads, self.precision = threads, precision
        self.memory_format = (
            torch.channels_last if channels_last else torch.contiguous_format)

    @classmethod
    def from_arguments(cls, args: argparse.Namespace) -> List['Backend']:
        """The backends that the command line asks for under this name."""
        return [cls(args.threads, args.precision, args.channels_last)]

    @classmethod
    def is_available(cls) -> bool:
        """Whether the backend and its exporter are installed."""
        return all(map(find_spec, cls.packages))

    @classmethod
    def device(cls) -> str:
        """The device of the networks."""
        return cls.runs_on or (
            'cuda' if torch.cuda.is_available() else 'cpu')

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs a batch and waits for the result."""
        raise NotImplementedError

    def times(self, runs: Dict[str, Callable[[], None]], repeats: int,
              warm_up: int, advance: Callable[[], None]
              ) -> Dict[str, List[float]]:
        """Seconds of each repetition of each network, in turns."""
        return times_in_turns(runs, repeats, warm_up, advance)

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> Optional[int]:
        """Peak memory of the feature maps; None if the backend reports none.

        Args:
            network (Network): The network.
            batch_size (int): Images per batch.
            run (Callable): The function that :meth:`load` returned.
        """


def onnx_graph(network: Network, batch_size: int) -> bytes:
    """The ONNX graph of a network for batches of that size, and no other.

    TensorRT would ask for a profile of a graph that takes any size.

    Raises:
        UsageError: If it comes from a file for batches of another size.
    """
    import onnx
    content = network.onnx(batch_size)
    if not network.onnx_path:
        return content
    model = onnx.load_model_from_string(content)
    size, *_ = model.graph.input[0].type.tensor_type.shape.dim
    if size.dim_value not in (0, batch_size):  # 0: any
        raise UsageError(
            f'{network.onnx_path} takes batches of {size.dim_value} images, '
            f'not of {batch_size}; export it for any size '
            '(tools/deploy.py --dynamic).')
    size.dim_value = batch_size
    return model.SerializeToString()


def random_images(network: Network, batch_size: int) -> np.ndarray:
    """A batch of shape (N, C, H, W), float32."""
    return np.random.default_rng(0).standard_normal(
        (batch_size, *network.shape), dtype=np.float32)
