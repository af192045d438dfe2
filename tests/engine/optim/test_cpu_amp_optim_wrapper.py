"""Mixed precision without a GPU."""
import pytest
import torch
from mmengine.config import Config
from torch import nn

from rd_plugins.engine import on_cpus
from rd_plugins.engine.on_cpus import use_cpu_amp
from rd_plugins.engine.optim import CPUAmpOptimWrapper
from rd_plugins.engine.optim import cpu_amp_optim_wrapper as module
from rd_plugins.engine.optim import has_fast_bfloat16
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import small_cfg, train

AMP = 'AmpOptimWrapper'


def wrapper(model):
    return CPUAmpOptimWrapper(
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9))


def test_forward_is_in_bfloat16_and_the_step_in_float32():
    model = nn.Linear(4, 2)
    optim = wrapper(model)
    with optim.optim_context(model):
        output = model(torch.randn(3, 4))
    assert output.dtype == torch.bfloat16
    optim.update_params(output.float().square().sum())
    assert model.weight.dtype == torch.float32
    assert optim.optimizer.state[model.weight]['momentum_buffer'].any()
    assert model(torch.randn(3, 4)).dtype == torch.float32


def test_the_state_of_a_gpus_run_is_read():
    model = nn.Linear(4, 2)
    optim = wrapper(model)
    optim.update_params(model(torch.randn(3, 4)).sum())
    state = dict(optim.state_dict(), loss_scaler=dict(scale=65536.0))
    again = wrapper(model)
    again.load_state_dict(state)
    assert torch.equal(again.optimizer.state[model.weight]['momentum_buffer'],
                       optim.optimizer.state[model.weight]['momentum_buffer'])


def test_what_a_gpus_config_says_of_mixed_precision_is_translated(
        monkeypatch):
    """With a word where it asks for another type."""
    said = []
    monkeypatch.setattr(on_cpus, 'print_log',
                        lambda text, **_: said.append(text))
    cfg = Config(dict(optim_wrapper=dict(
        type=AMP, loss_scale='dynamic', dtype='float16',
        accumulative_counts=2, optimizer=dict(type='SGD', lr=0.1))))
    use_cpu_amp(cfg)
    assert cfg.optim_wrapper == dict(
        type='rd_plugins.CPUAmpOptimWrapper', accumulative_counts=2,
        optimizer=dict(type='SGD', lr=0.1))
    plain = Config(dict(optim_wrapper=dict(type='OptimWrapper')))
    use_cpu_amp(plain)
    assert plain.optim_wrapper.type == 'OptimWrapper'
    for options in ({}, dict(dtype='bfloat16'), dict(dtype=torch.bfloat16)):
        use_cpu_amp(Config(dict(optim_wrapper=dict(type=AMP, **options))))
    assert said == ['Mixed precision on CPUs is bfloat16, not float16.']


@pytest.mark.parametrize('flags, fast', [('fpu avx512_bf16 avx', True),
                                         ('fp asimd bf16 i8mm', True),
                                         ('fpu avx512f avx2', False)])
def test_processors(tmp_path, monkeypatch, flags, fast):
    (tmp_path / 'cpuinfo').write_text(f'flags : {flags}\n')
    assert has_fast_bfloat16(str(tmp_path / 'cpuinfo')) == fast
    assert not has_fast_bfloat16(str(tmp_path / 'absent'))
    said = []
    monkeypatch.setattr(module, 'has_fast_bfloat16', lambda: fast)
    monkeypatch.setattr(module, 'print_log',
                        lambda text, **_: said.append(text))
    wrapper(nn.Linear(1, 1))
    assert bool(said) != fast
    if said:
        assert 'slower' in said[0] and 'leave --amp out' in said[0]


def test_other_types_are_refused():
    with pytest.raises(UsageError, match="dtype='float16'; choose one of 'bf"):
        CPUAmpOptimWrapper(dtype='float16', optimizer=None)


@pytest.mark.skipif(torch.cuda.is_available(), reason='a CPU is meant')
def test_a_run_learns_what_one_in_float32_does(run_dir):
    """JointRD; also resumed, to the last bit."""
    single = train(small_cfg(run_dir / 'single'))
    whole = train(small_cfg(run_dir / 'a', **{'optim_wrapper.type': AMP}))
    losses = [runner.message_hub.get_scalar('train/loss').data[0]
              for runner in (single, whole)]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
    assert not (losses[0] == losses[1]).all()
    train(small_cfg(run_dir / 'b', **{'optim_wrapper.type': AMP}), 2)
    again = train(small_cfg(
        run_dir / 'b', resume=True, **{'optim_wrapper.type': AMP}))
    for key, value in whole.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[key]), key
