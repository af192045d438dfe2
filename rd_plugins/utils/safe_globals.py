"""Stand-ins with which PyTorch reads a Runner's checkpoint as data alone.

Beside weights, MMEngine saves its log history (NumPy arrays in
``HistoryBuffer``) and the annealing functions of one-cycle schedules. The
``weights_only`` loader can be told to allow the globals that these need, but
the real ones would give a file too much: ``np.dtype.__setstate__`` makes
pointers of a file's bytes, and an object whose ``__dict__`` is filled by the
file can change its class. So every name stands for something that only notes
what it is given, and :func:`finished` makes real objects of what is plain.
"""
import re
from collections import OrderedDict
from contextlib import contextmanager
from typing import Any, Callable, Iterator

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

from .errors import UsageError

PLAIN = (type(None), bool, int, float, complex, str, bytes, bytearray,
         np.generic, torch.Size, torch.dtype, torch.device)


def _refuse(what: str) -> None:
    raise UsageError(f'it holds {what}, which no checkpoint needs.')


class _Dtype:
    """A plain numeric ``np.dtype``."""

    def __new__(cls, code: str, *_) -> '_Dtype':
        if not re.fullmatch('b1|[iuf][1248]', str(code)):
            _refuse(f'numbers of the kind {code!r}')
        self = super().__new__(cls)
        self.plain = np.dtype(code)
        return self

    def __setstate__(self, state: tuple) -> None:
        version, order, *fields = state
        if order not in '<|=' or any(field is not None
                                     for field in fields[:3]):
            _refuse('numbers that are not plain')


def _numbers(dtype: _Dtype, data: bytes) -> np.ndarray:
    if not (type(dtype) is _Dtype and isinstance(data, bytes)):
        _refuse('numbers that are not plain')
    return np.frombuffer(data, dtype.plain).copy()


def _scalar(dtype: _Dtype, data: bytes) -> np.generic:
    number, = _numbers(dtype, data)
    return number


def _no_bytes() -> bytes:
    """How an empty array is saved."""
    return b''


class _Array:
    """An ``np.ndarray`` of numbers."""

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, is_fortran, data = state
        self.array = _numbers(dtype, data).reshape(
            shape, order='F' if is_fortran else 'C')


def _reconstruct(*_) -> _Array:
    return _Array()


class _History:
    """A ``HistoryBuffer``."""

    def __setstate__(self, state: dict) -> None:
        self.buffer = HistoryBuffer(
            state['_log_history'].array, state['_count_history'].array,
            int(state['max_length']))


class _OneCycle:
    """The class ``OneCycleParamScheduler``; nobody saves an object of it."""


ATTRIBUTES = {
    **{(_History, name): getattr(HistoryBuffer, name)
       for name in ('min', 'max', 'current', 'mean')},
    **{(_OneCycle, name): getattr(OneCycleParamScheduler, name)
       for name in ('_annealing_cos', '_annealing_linear')},
}  # yapf: disable


def _attribute(owner: type, name: str) -> Callable:
    """``getattr`` for the six attributes that checkpoints name."""
    try:
        return ATTRIBUTES[owner, name]
    except (KeyError, TypeError):
        _refuse(f'a look into an object ({name})')


STAND_INS = [
    (_Dtype, 'numpy.dtype'),
    (_Array, 'numpy.ndarray'),
    # The module's name in NumPy 1 and 2
    *((stand_in, f'numpy.{core}.multiarray.{name}')
      for core in ('core', '_core')
      for name, stand_in in (('scalar', _scalar),
                             ('_reconstruct', _reconstruct))),
    (_History, 'mmengine.logging.history_buffer.HistoryBuffer'),
    (_OneCycle, 'mmengine.optim.scheduler.param_scheduler.'
     'OneCycleParamScheduler'),
    (_attribute, 'builtins.getattr'),
    (_no_bytes, 'builtins.bytes'),
]


@contextmanager
def stand_ins() -> Iterator[None]:
    """Context in which ``weights_only`` allows the stand-ins and no others."""
    others = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(STAND_INS)
    try:
        yield
    finally:
        torch.serialization.clear_safe_globals()
        torch.serialization.add_safe_globals(others)


def finished(value: Any, max_bytes: int) -> Any:
    """What a file holds, with real objects in place of the stand-ins.

    Containers and tensors are made anew, so attributes that a file sets on
    them are lost; of an ``OrderedDict`` the ``_metadata`` of a state dict is
    kept.

    Args:
        value (Any): The result of ``torch.load``.
        max_bytes (int): The size of the file, which no tensor can exceed.

    Raises:
        UsageError: If it holds anything else.
    """

    def copied(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if value.is_meta or value.numel() * value.itemsize > max_bytes:
                _refuse('a tensor that is larger than the file')
            return value.detach()
        if isinstance(value, dict):
            items = {copied(k): copied(v) for k, v in dict.items(value)}
            if not isinstance(value, OrderedDict):
                return items
            items = OrderedDict(items)
            metadata = vars(value).get('_metadata')
            if isinstance(metadata, dict):
                items._metadata = copied(metadata)
            return items
        if type(value) in (list, tuple, set):
            return type(value)(copied(each) for each in value)
        if isinstance(value, _Array):
            return value.array
        if isinstance(value, _History):
            return value.buffer
        if isinstance(value, PLAIN) or value in ATTRIBUTES.values():
            return value
        _refuse(f'a {type(value).__name__}')

    return copied(value)
