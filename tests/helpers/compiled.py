"""Training steps under torch.compile."""
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner


class Counting:
    """A backend that counts; as it is, it runs graphs as they are."""

    def __init__(self, backend=lambda graph, inputs: graph.forward):
        self.backend = backend
        self.compiled = self.ran = 0

    def __call__(self, graph, inputs):
        self.compiled += 1
        function = self.backend(graph, inputs)

        def run(*args):
            self.ran += 1
            return function(*args)

        return run


class Uncompiled(OptimWrapper):
    """Whose step is the same to the last bit, and takes no time to trace."""

    update_params = torch._dynamo.disable(OptimWrapper.update_params)


def runner_of(model, backend=None):
    """A Runner with nothing but what trains."""
    runner = Runner.__new__(Runner)
    runner.cfg = Config(dict(compile=dict(backend=backend)
                             if backend else False))
    runner.logger = MMLogger.get_current_instance()
    runner.model = model
    runner._maybe_compile('train_step')
    return runner
