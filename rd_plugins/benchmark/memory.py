"""The memory of a network's feature maps, reported by the allocators."""
import os
import re
import subprocess
import sys
import tempfile
from typing import Callable, List, NamedTuple, Optional, Tuple

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

LAYER = 'layer:'


class LayerMemory(NamedTuple):
    """The largest number of allocated bytes while a layer runs."""
    layer: str
    peak_bytes: int


def allocations(function: Callable[[], None], device: str
                ) -> Tuple[List[Tuple[int, int]], list]:
    """Record the allocations of PyTorch while a function runs.

    Args:
        function (Callable): The function.
        device (str): ``'cpu'`` or ``'cuda'``.

    Returns:
        tuple: Pairs (time in ns, allocated bytes minus those at the
        beginning), and all events of the profiler.
    """
    with profile(
            activities=[ProfilerActivity.CPU],
            profile_memory=True,
            acc_events=True) as profiler:
        function()
    events = profiler.profiler.kineto_results.events()
    kind = torch.device(device).type
    changes = sorted((event.start_ns(), event.nbytes()) for event in events
                     if event.name() == '[memory]'
                     and event.device_type().name.lower() == kind)
    alive, timeline = 0, []
    for moment, size in changes:
        alive += size
        timeline.append((moment, alive))
    return timeline, events


def peak_bytes(function: Callable[[], None], device: str) -> int:
    """Peak of the allocated bytes, minus those at the beginning.

    Args:
        function (Callable): The function.
        device (str): ``'cpu'`` or ``'cuda'``.
    """
    if device == 'cuda':
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        function()
        return torch.cuda.max_memory_allocated() - before
    timeline, _ = allocations(function, device)
    return max((alive for _, alive in timeline), default=0)


@torch.inference_mode()
def layer_timeline(model: nn.Module,
                   images: torch.Tensor) -> List[LayerMemory]:
    """Peak memory during every layer of one forward pass.

    A shortcut keeps the input of its block allocated.

    Args:
        model (nn.Module): The network, in eval mode, on the images' device.
        images (Tensor): Shape (N, C, H, W); their memory is not counted.

    Returns:
        list[LayerMemory]: The layers in the order of execution.
    """
    model(images)  # one-time allocations are not counted
    handles, open_ranges = [], []

    def enter(name: str) -> Callable:

        def hook(module, args) -> None:
            open_ranges.append(record_function(LAYER + name))
            open_ranges[-1].__enter__()

        return hook

    def leave(module, args, output) -> None:
        open_ranges.pop().__exit__(None, None, None)

    for name, module in model.named_modules():
        if not any(module.children()):
            handles.append(module.register_forward_pre_hook(enter(name)))
            handles.append(module.register_forward_hook(leave))
    try:
        timeline, events = allocations(lambda: model(images),
                                       images.device.type)
    finally:
        for handle in handles:
            handle.remove()
    layers = sorted(
        (event.start_ns(), event.start_ns() + event.duration_ns(),
         event.name()[len(LAYER):]) for event in events
        if event.name().startswith(LAYER))
    return [
        LayerMemory(name, _highest(timeline, begin, end))
        for begin, end, name in layers
    ]


def _highest(timeline: List[Tuple[int, int]], begin: int, end: int) -> int:
    """The peak of a timeline between two times."""
    at_begin = [alive for moment, alive in timeline if moment < begin][-1:]
    during = [alive for moment, alive in timeline if begin <= moment <= end]
    return max(at_begin + during, default=0)


class _Traffic(TorchDispatchMode):
    """Adds up the bytes that operators read and write."""

    bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if not func.is_view:
            tensors = [
                value for value in tree_leaves((args, kwargs, result))
                if torch.is_tensor(value)
            ]
            self.bytes += sum(value.nbytes for value in tensors)
        return result


@torch.inference_mode()
def traffic_bytes(model: nn.Module, images: torch.Tensor) -> int:
    """Bytes that the operators of a forward pass read and write.

    The sum over all operators, including weights. This is the traffic of a
    machine without caches and without fused operators.

    Args:
        model (nn.Module): The network, in eval mode.
        images (Tensor): Shape (N, C, H, W).
    """
    with _Traffic() as traffic:
        model(images)
    return traffic.bytes


def arena_bytes(onnx: bytes, batch_size: int) -> Optional[int]:
    """Bytes that ONNX Runtime's arena reserves for feature maps of a batch.

    The arena grows by the requested size and has no weights. Its size is only
    in its log, so a separate process runs the network once.

    Args:
        onnx (bytes): The ONNX graph.
        batch_size (int): Batch size for graphs with a dynamic one.

    Returns:
        int, optional: None if the size is not in the log.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'network.onnx')
        with open(path, 'wb') as file:
            file.write(onnx)
        log = subprocess.run(
            [sys.executable, '-m', __name__, path, str(batch_size)],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            encoding='utf-8', errors='replace').stderr
    totals = re.findall(r'Total allocated bytes: (\d+)', log)
    return int(totals[-1]) if totals else None


def _run_in_arena(path: str, batch_size: int) -> None:
    """Run a graph once; the arena writes its size to the log."""
    import numpy as np
    import onnxruntime
    from onnxruntime.capi import _pybind_state
    onnxruntime.set_default_logger_severity(0)
    options = onnxruntime.SessionOptions()
    for entry in ('session.use_env_allocators',
                  'session.use_device_allocator_for_initializers'):
        options.add_session_config_entry(entry, '1')
    arena = onnxruntime.OrtMemoryInfo(
        'Cpu', onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0,
        _pybind_state.OrtMemType.DEFAULT)
    # Strategy 1 grows by the requested size, not by powers of two.
    onnxruntime.create_and_register_allocator(
        arena, onnxruntime.OrtArenaCfg({'arena_extend_strategy': 1}))
    session = onnxruntime.InferenceSession(
        path, options, providers=['CPUExecutionProvider'])
    given = session.get_inputs()[0]
    shape = [batch_size, *given.shape[1:]]
    session.run(None, {given.name: np.zeros(shape, np.float32)})


if __name__ == '__main__':
    _run_in_arena(sys.argv[1], int(sys.argv[2]))
