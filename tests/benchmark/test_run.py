"""Networks in turns on a backend, also where it does not take all."""
from dataclasses import replace

import torch
from torch import nn

from rd_plugins.benchmark.backends import Backend
from rd_plugins.benchmark.network import Network
from rd_plugins.benchmark.run import run_backend, sizes_of
from rd_plugins.utils.errors import UsageError


class Accelerator(Backend):
    """Takes what has no padding; its times are those of its convolutions."""

    name = 'accelerator'

    def load(self, network, batch_size):
        if network.model.padding != (0, 0):
            raise UsageError('It cannot pad.')
        return lambda: None

    def times(self, runs, repeats, warm_up, advance):
        seconds = dict(padded=0.1, small=0.2, large=0.8)
        return {name: [seconds[name]] * repeats for name in runs}

    def peak_bytes(self, network, batch_size, run):
        return 2**20 * network.model.out_channels


NETWORKS = [
    Network(name, (1, 4, 4), nn.Conv2d(1, width, 3, padding=padding))
    for name, width, padding in (('padded', 1, 1), ('small', 2, 0),
                                 ('large', 4, 0))
]


def measure(networks, said):
    return run_backend(
        Accelerator(1, 'fp32', False), networks, list(map(sizes_of, networks)),
        batch_size=2, repeats=3, warm_up=0, advance=lambda: None,
        say=said.append)


def test_what_a_backend_does_not_take_is_left_out():
    said = []
    small, large = measure(NETWORKS, said)
    assert said == ['accelerator leaves out padded: It cannot pad.']
    assert (small.name, large.name) == ('small', 'large')
    assert (small.speed_ratio, large.speed_ratio) == (1, 0.25)
    assert (small.memory_ratio, large.memory_ratio) == (1, 0.5)
    assert (small.macs, large.macs) == (9 * 2 * 4, 9 * 4 * 4)
    assert large.images_per_second == 2 / 0.8


def test_the_precision_of_a_file_is_its_own():
    network = replace(NETWORKS[1], precision='int8')
    assert [result.precision for result in
            measure([network, NETWORKS[2]], [])] == ['int8', 'fp32']


def test_nothing_is_left():
    assert measure(NETWORKS[:1], []) == []


def test_threads_are_those_of_the_backend():
    before = torch.get_num_threads()
    try:
        measure(NETWORKS, [])
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
