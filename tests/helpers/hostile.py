"""Files that somebody made to do harm.

Each leaves a trace if any of it is run: the file that ``RD_TRACE`` names.
"""
import io
import os
import zipfile

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler


class Calls:
    """Pickles as a call, and as what is done with its result."""

    def __init__(self, function, *arguments, state=None):
        self.parts = function, arguments, state

    def __reduce__(self):
        return self.parts[:2] if self.parts[2] is None else self.parts


def _built(cls, state):
    return Calls(cls, state=state)


def _dtype(code='O8', flags=63):
    return Calls(np.dtype, code, False, True,
                 state=(3, '|', None, None, None, -1, -1, flags))


def _array(dtype, data, shape=(1, )):
    return Calls(np._core.multiarray._reconstruct, np.ndarray, (0, ), b'b',
                 state=(1, shape, dtype, False, data))


POINTER = b'A' * 8


def payloads(trace: str) -> dict:
    """Objects that do harm when they are loaded, by what they try."""
    touch = f'touch {trace}'
    code = f'import os; os.system({touch!r})'
    text = 'statistics_methods'
    scalar = np._core.multiarray.scalar
    return {
        'os.system': Calls(os.system, touch),
        'eval': Calls(eval, f'__import__("os").system({touch!r})'),
        'exec': Calls(exec, code),
        'import': Calls(__import__, 'antigravity'),
        'open': Calls(open, trace, 'w'),
        'getattr of a class': Calls(getattr, HistoryBuffer, '__init__'),
        'getattr of a schedule': Calls(getattr, OneCycleParamScheduler,
                                       'step'),
        'getattr of a dict': Calls(getattr, dict, 'get'),
        'an object dtype': _dtype(),
        'a float dtype that becomes an object': _dtype('f8'),
        'a record dtype': Calls(np.dtype, 'V8', state=(
            3, '|', None, ('a', ), {'a': (np.dtype('O'), 0)}, 8, 1, 27)),
        'a pointer in an array': _array(_dtype(), POINTER),
        'a pointer as a number': Calls(scalar, _dtype(), POINTER),
        'objects in an array': _array(_dtype(), [Calls(os.system, touch)]),
        'an array without its bytes': _array(
            np.dtype('f8'), b'', (2**40, )),
        'an array longer than its bytes': _array(
            np.dtype('f8'), POINTER, (2**20, )),
        'a call of ndarray': Calls(np.ndarray, (4, ), np.dtype('f8'),
                                   POINTER),
        'another class': _built(HistoryBuffer, (None, dict(__class__=dict))),
        'another class and state': _built(HistoryBuffer, (
            {text: {}}, dict(__class__=OneCycleParamScheduler))),
        'methods of the file': _built(HistoryBuffer, {
            text: dict(mean=Calls(getattr, HistoryBuffer, 'min')),
            'max_length': 1}),
        'an object of a schedule': _built(OneCycleParamScheduler,
                                          dict(step=1)),
        'a module': Calls(torch.nn.Linear, 1, 1),
        'a compiled function': Calls(torch.jit._script.ScriptFunction),
        'a tensor without its numbers': Calls(
            torch._utils._rebuild_tensor_v2,
            torch.zeros(1).untyped_storage(), 0, (2**40, ), (0, ), False, {}),
        'no numbers': torch.zeros(2**30, device='meta'),
    }


def write(payload, path) -> str:
    """Save a payload among the weights, as ``torch.save`` does."""
    torch.save(dict(meta=dict(epoch=1, iter=1), message_hub={}, optimizer={},
                    state_dict=dict(weight=torch.ones(1), other=payload)),
               path)
    return str(path)


def write_bomb(path, mebibytes=64) -> str:
    """A file of zeros, compressed to a thousandth."""
    buffer = io.BytesIO()
    torch.save(dict(weight=torch.zeros(mebibytes * 2**18)), buffer)
    with zipfile.ZipFile(buffer) as whole, zipfile.ZipFile(
            path, 'w', zipfile.ZIP_DEFLATED) as small:
        for name in whole.namelist():
            small.writestr(name, whole.read(name))
    return str(path)
