"""Comparing what runs leave behind."""
import torch


def assert_same(ours, theirs, path=''):
    """Equal to the last bit, all the way down."""
    if isinstance(ours, torch.Tensor):
        assert torch.equal(ours, theirs), path
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), path
        for key in ours:
            assert_same(ours[key], theirs[key], f'{path}/{key}')
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(theirs), path
        for index, (a, b) in enumerate(zip(ours, theirs)):
            assert_same(a, b, f'{path}/{index}')
    elif not callable(ours):
        assert ours == theirs, path
