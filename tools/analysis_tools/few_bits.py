r"""Accuracy of networks with 8, 6 and 4 bits, by fake quantisation.

    python tools/analysis_tools/few_bits.py CONFIG@CHECKPOINT ... \
        [--bits 8 6 4] [--seeds 0 1 2] [--calibration 200] [--images N] \
        [--out FILE.md] [--cfg-options KEY=VALUE ...]

Every network is calibrated on training images, other ones for each seed; the
images are the same for all networks with the same data. Weights have a scale
for each output channel, activations one range for each tensor, all of the same
number of bits.
"""
import argparse
import json
import shlex
import sys
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import torch
from mmengine.config import DictAction
from mmengine.runner import Runner

from rd_plugins.benchmark.arguments import give_unique_names
from rd_plugins.engine.config_file import check_data_folders
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.models.utils import folded_if_possible
from rd_plugins.shipping.export.calibration import Calibration
from rd_plugins.shipping.export.serving import number_of_classes
from rd_plugins.shipping.fake_quantize import FewBits, rounded_weights
from rd_plugins.shipping.read import (TrainedModel, build_preprocessor,
                                      image_shape, labelled,
                                      read_trained_model)
from rd_plugins.utils.arguments import number, tool_parser
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.markdown import spread, table
from rd_plugins.utils.measure import accuracy
from rd_plugins.utils.output_folder import check_output_file
from rd_plugins.utils.whole_file import write_bytes

COMMAND = 'tools/analysis_tools/few_bits.py'
FLOAT = 32
NUMBERS = '.json'  # suffix of the file beside the table


@dataclass
class Network:
    """A trained network.

    Args:
        name (str): Its name in the table.
        config (str): Path of its config.
        checkpoint (str): Path or address of its checkpoint.
    """
    name: str
    config: str
    checkpoint: str


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('networks', nargs='+', metavar='CONFIG@CHECKPOINT')
    parser.add_argument('--bits', nargs='+', default=[8, 6, 4],
                        type=number(at_least=2, at_most=16))
    parser.add_argument('--seeds', nargs='+', default=[0, 1, 2],
                        type=number(at_least=0))
    parser.add_argument('--calibration', type=number(at_least=1), default=200,
                        help='images to calibrate on')
    parser.add_argument('--images', type=number(at_least=1),
                        help='test on the first N images only')
    parser.add_argument('--out', type=Path, help='a Markdown file')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    return parser.parse_args(argv)


def check_out(out: Optional[Path]) -> None:
    """Check that the table and the numbers can be written.

    Raises:
        UsageError: If one of them cannot.
    """
    if out is None:
        return
    if out.suffix.lower() == NUMBERS:
        raise UsageError(f'--out {out} is where the numbers go; name a '
                         f'Markdown file, {out.with_suffix(".md")} say.')
    check_output_file(str(out))
    check_output_file(str(out.with_suffix(NUMBERS)))


def read_networks(texts: List[str]) -> List[Network]:
    """Split the arguments, and give each network a unique name.

    Raises:
        UsageError: If one has no checkpoint.
    """
    networks = []
    for text in texts:
        config, _, checkpoint = text.partition('@')
        if not checkpoint:
            raise UsageError(f'{text} has no weights; write '
                             'CONFIG@CHECKPOINT.')
        networks.append(Network(Path(config).stem, config, checkpoint))
    give_unique_names(networks)
    return networks


def test_batches(source: TrainedModel, images: Optional[int]
                 ) -> List[Tuple[torch.Tensor, torch.Tensor]]:
    """Images, normalised, and labels of the test set."""
    loader = deepcopy(source.cfg.test_dataloader)
    loader.update(num_workers=0, persistent_workers=False, batch_size=250)
    if images:
        loader.dataset.indices = images
    batches = list(labelled(build_preprocessor(source.cfg),
                            Runner.build_dataloader(loader)))
    if images:
        _check_mixed(torch.cat([labels for _, labels in batches]), source)
    return batches


def _check_mixed(labels: torch.Tensor, source: TrainedModel) -> None:
    classes = number_of_classes(source.cfg) or 1
    found, count = len(labels.unique()), len(labels)
    mixed = classes * (1 - (1 - 1 / classes)**count)  # in a random order
    if count >= 8 and found < 0.6 * mixed:  # hardly ever by chance
        raise UsageError(
            f'The first {count} test images are of {found} of the {classes} '
            'classes only, as where they lie class by class; leave --images '
            'out.')


def quantized(source: TrainedModel, bits: int, seed: int, count: int
              ) -> FewBits:
    """The network with so many bits."""
    shape = image_shape(source.cfg)
    network = folded_if_possible(source.model)
    rounded_weights(network, bits)
    few = FewBits(network, torch.zeros(2, *shape), bits)
    images = Calibration(count, seed=seed).images(source, shape)
    few.calibrate(torch.cat(list(images)).split(50))
    return few


def read(network: Network, options: Optional[dict]) -> TrainedModel:
    """A network with its weights, and data to measure it on."""
    source = read_trained_model(network.config, network.checkpoint, options)
    check_data_folders(source.cfg, 'train_dataloader', 'test_dataloader')
    return source


def measure(name: str, source: TrainedModel, args: argparse.Namespace
            ) -> Iterator[Dict[str, Any]]:
    """Accuracy of one network in float and with each number of bits."""
    batches = test_batches(source, args.images)
    yield dict(network=name, bits=FLOAT,
               accuracy=accuracy(source.model, batches))
    for bits in args.bits:
        for seed in args.seeds:
            few = quantized(source, bits, seed, args.calibration)
            yield dict(network=name, bits=bits, seed=seed,
                       accuracy=accuracy(few.logits, batches))


def table_of(results: List[Dict[str, Any]]) -> str:
    """Mean and standard deviation over the seeds, in Markdown."""
    names = list(dict.fromkeys(row['network'] for row in results))
    bits = list(dict.fromkeys(row['bits'] for row in results))
    heading = ['network', *('float' if b == FLOAT else f'W{b}A{b}'
                            for b in bits)]

    def cell(name: str, b: int) -> str:
        return spread([row['accuracy'] for row in results
                       if (row['network'], row['bits']) == (name, b)])

    return table(heading, ([name, *(cell(name, b) for b in bits)]
                           for name in names))


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write."""
    argv = sys.argv[1:] if argv is None else argv
    args = parse_args(argv)
    check_out(args.out)
    # All of them first: one that cannot be read would cost the others' hours.
    sources = {network.name: read(network, args.cfg_options)
               for network in read_networks(args.networks)}
    results = []
    for name, source in sources.items():
        for row in measure(name, source, args):
            results.append(row)
            print(row, flush=True)
    print(table_of(results))
    if args.out:
        page = (f'{table_of(results)}\n```bash\npython {COMMAND} '
                f'{shlex.join(argv)}\n```\n')
        write_bytes(page.encode(), str(args.out))
        write_bytes((json.dumps(results, indent=1) + '\n').encode(),
                    str(args.out.with_suffix(NUMBERS)))


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
