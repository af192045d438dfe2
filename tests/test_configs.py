"""Every config builds what configs/recipes.yml says, and says so itself."""
import argparse
import ast
import logging
import re
from copy import deepcopy
from functools import lru_cache
from types import SimpleNamespace

import pytest
import torch
import yaml
from mmengine.config import Config, DictAction
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import (DATASETS, HOOKS, METRICS, MODELS,
                                 PARAM_SCHEDULERS, TRANSFORMS)
from torch import nn

from rd_plugins.models import (ClassificationLoss, DiracConv2d, Distiller,
                               FeatureLoss, HybridLoss, LogitLoss, SideLoss,
                               StageLoss)
from rd_plugins.models.objectives import TeacherLoss
from tests.helpers import ROOT

ALL = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / 'configs').rglob('*.py') if '_base_' not in path.parts)
# How to export, what needs other libraries, and what no config alone trains
OTHERS = ('deploy', 'downstream', 'tables')

RECIPES = yaml.safe_load((ROOT / 'configs/recipes.yml').read_text())
CONFIGS = RECIPES['configs']
VARIANTS = {
    f'{variant["config"]} {variant["options"]}': variant
    for variant in RECIPES['variants']
}
STUDENTS = [
    name for name, recipe in CONFIGS.items()
    if 'Distiller' in recipe.get('method', '') or 'hybrid_weight' in recipe
]
# What a recipe says of its config beyond numbers
WORDS = ('data_from', 'schedule_from', 'schedule_ours', 'method_from',
         'method_ours', 'teacher', 'test', 'published', 'expected', 'measured',
         'config', 'options', 'page')


@pytest.fixture(scope='module', autouse=True)
def build_quickly():
    """No random weights, no log of every parameter's weight decay."""
    with pytest.MonkeyPatch.context() as patch:
        for layer in (nn.Conv2d, nn.Linear):
            patch.setattr(layer, 'reset_parameters', lambda self: None)
        # MMEngine reads all of MMPretrain's metafiles for each base.
        patch.setattr(Config, '_get_cfg_path', staticmethod(find_base))
        logger = MMLogger.get_current_instance()
        level = logger.level
        logger.setLevel(logging.WARNING)
        yield
        logger.setLevel(level)


find_local_base = Config._get_cfg_path
find_installed_base = lru_cache(maxsize=None)(find_local_base)


def find_base(base, filename):
    if '::' in base:
        return find_installed_base(base, '')
    return find_local_base(base, filename)


@lru_cache(maxsize=None)
def read(name):
    """A config, as ``'rd/plain20_cifar10'`` or with options after it."""
    path, *options = name.split()
    if not options:
        return Config.fromfile(ROOT / f'configs/{path}.py')
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    parsed = parser.parse_args(['--cfg-options', *options])
    cfg = deepcopy(read(path))
    cfg.merge_from_dict(parsed.cfg_options)
    return cfg


@lru_cache(maxsize=None)
def build(name):
    """Model, optimizer and hooks of a config."""
    cfg = read(name)
    model = MODELS.build(cfg.model)
    wrapper = cfg.optim_wrapper.to_dict()
    if not torch.cuda.is_available():  # where MMEngine has no AMP
        wrapper.pop('type', None)
        wrapper.pop('dtype', None)
    hooks = [HOOKS.build(dict(hook)) for hook in cfg.get('custom_hooks', [])]
    return SimpleNamespace(
        model=model,
        optimizer=build_optim_wrapper(model, wrapper).optimizer,
        hooks={type(hook).__name__: hook for hook in hooks})


STEPS = 2  # of an epoch


def build_schedules(cfg, optimizer):
    """As the Runner does; each with whether it goes by epochs."""
    schedules = cfg.param_scheduler
    built = []
    for schedule in schedules if isinstance(schedules, list) else [schedules]:
        schedule = dict(schedule, optimizer=optimizer)
        schedule.setdefault('end', cfg.train_cfg.max_epochs)
        by_epoch = not schedule.pop('convert_to_iter_based', False)
        if by_epoch:
            built.append(PARAM_SCHEDULERS.build(schedule))
        else:
            kind = PARAM_SCHEDULERS.get(schedule.pop('type'))
            built.append(
                kind.build_iter_from_epoch(epoch_length=STEPS, **schedule))
    return built


def train(cfg, optimizer, lose_block_after=None):
    """Learning rate and weight decay at the start of every epoch."""
    decays = {group['weight_decay'] for group in optimizer.param_groups}
    groups = [
        dict(params=[nn.Parameter(torch.zeros(1))], weight_decay=decay)
        for decay in sorted(decays)
    ]
    small = type(optimizer)(groups, **optimizer.defaults)
    schedules = build_schedules(cfg, small)
    found = []
    for epoch in range(1, cfg.train_cfg.max_epochs + 1):
        largest = small.param_groups[-1]
        found.append((largest['lr'], largest['weight_decay']))
        for schedule in schedules:
            for _ in range(1 if schedule.by_epoch else STEPS):
                if hasattr(schedule, 'observe'):
                    lost = float(epoch == lose_block_after)
                    schedule.observe(int(lost), lost)
                schedule.step()
    return found, schedules, small


def steps(values):
    """{epoch: value from there on}."""
    rounded = [float(f'{value:.6g}') for value in values]
    return {
        epoch: value
        for epoch, value in enumerate(rounded)
        if not epoch or value != rounded[epoch - 1]
    }


def schedule_facts(cfg, optimizer):
    """How learning rate and weight decay go over the run."""
    if not cfg.param_scheduler:
        return dict(weight_decay=weight_decay(optimizer))
    found, schedules, small = train(cfg, optimizer)
    rates, decays = zip(*found)
    facts = dict(weight_decay=steps(decays))
    if len(facts['weight_decay']) == 1:
        facts['weight_decay'] = decays[0]
    first = schedules[0]
    if type(first).__name__ == 'OneCycleLR':
        # The peak lies between two epochs of so few.
        peaks = {group['max_lr'] for group in small.param_groups}
        assert first.total_steps == cfg.train_cfg.max_epochs * STEPS
        return dict(facts, learning_rate=dict(one_cycle=peaks.pop()))
    warmup = rates.index(max(rates))
    if warmup:
        facts['warmup'] = {'epochs': warmup, 'from': round(rates[0], 6)}
    if type(schedules[-1]).__name__ == 'CosineAnnealingLR':
        # Its middle lies halfway down.
        middle = rates[(warmup + len(rates)) // 2]
        assert abs(middle - max(rates) / 2) < 0.01 * max(rates)
        assert rates[-1] < 0.003 * max(rates)
        return dict(facts, learning_rate=dict(cosine=round(max(rates), 6)))
    facts['learning_rate'] = steps([max(rates)] * warmup
                                   + list(rates[warmup:]))
    if getattr(first, 'restarts', False):
        facts.update(rule=first.rule, tail=first.tail)
        lost = 3  # before any milestone
        found, *_ = train(cfg, optimizer, lose_block_after=lost)
        facts['restart'] = steps([rate for rate, _ in found[lost:]])
    return facts


def weight_decay(optimizer):
    return max(group['weight_decay'] for group in optimizer.param_groups)


def optimizer_facts(model, optimizer):
    """The optimizer, and what its weight decay leaves out."""
    decays = {
        id(parameter): group['weight_decay']
        for group in optimizer.param_groups for parameter in group['params']
    }
    largest = weight_decay(optimizer)
    assert set(decays.values()) <= {0, largest}
    kept, left_out = set(), set()
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            kind = 'weights' if name == 'weight' else 'biases'
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                kind = 'norms'
            elif name in ('alpha', 'beta'):
                kind = 'factors'
            (kept if decays[id(parameter)] == largest else left_out).add(kind)
    assert not kept & left_out
    return dict(
        optimizer=type(optimizer).__name__,
        momentum=optimizer.defaults['momentum'],
        nesterov=optimizer.defaults['nesterov'],
        no_decay=sorted(left_out))


def phase_facts(hooks):
    if 'PhaseHook' not in hooks:
        return {}
    return dict(phases=[
        dict(
            train=phase.train,
            loss=phase.loss,
            epochs=phase.epochs,
            learning_rate=dict(cosine=phase.lr) if phase.schedule ==
            'cosine' else steps(map(phase.learning_rate, range(phase.epochs))),
            **({} if phase.weight_decay is None else dict(
                weight_decay=phase.weight_decay)))
        for phase in hooks['PhaseHook'].phases
    ])


def objective(model, kind):
    """The one objective of a kind, or None."""
    if not isinstance(model, Distiller):
        return None
    found = model.objectives_of_type(kind)
    assert len(found) <= 1
    return found[0] if found else None


def method_facts(cfg, model):
    """The objectives and their weights."""
    name = type(model).__name__
    facts = dict() if name == 'ImageClassifier' else dict(method=name)
    is_staged = name == 'StagewiseDistiller'
    stages = (model.objectives_of_type(StageLoss)
              if isinstance(model, Distiller) else [])
    if stages or is_staged:
        assert [each.stage for each in stages] == list(
            range(1, len(model.stages) + 1))
    if is_staged:
        facts['stage_inputs'], = {each.stage_inputs for each in stages}
        if cfg.model.get('finetune'):
            facts['finetune'] = cfg.model.finetune.type.split('.')[-1]
    elif stages:
        facts['stage_weight'], = {each.loss_weight for each in stages}
    hybrid = objective(model, HybridLoss)
    if hybrid:
        weight = hybrid.weight
        facts['hybrid_weight'] = dict(
            start=weight.start, end=weight.end, until=weight.horizon)
        if weight.start == weight.end:
            facts['hybrid_weight'] = weight.end
    if objective(model, TeacherLoss):
        facts['co_trained'] = True
    facts.update(logit_facts(model))
    if objective(model, FeatureLoss):
        facts['feature'] = feature_facts(cfg, objective(model, FeatureLoss))
    return facts


def logit_facts(model):
    logit = objective(model, LogitLoss)
    if logit is None:
        return {}
    own = objective(model, ClassificationLoss).loss_weight
    share = round(1 - own, 6)
    facts = dict(share=share) if share else {}
    return dict(
        facts,
        temperature=logit.temperature,
        logit_weight=round(logit.loss_weight / (share or 1), 6))


def feature_facts(cfg, feature):
    """Sources sum the distance over positions, MarginLoss averages it."""
    size = 224 if 'ImageNet' in cfg.train_dataloader.dataset.type else 32
    positions = stage_shapes(cfg.model.backbone, size)[-1][1:]
    return dict(
        per_position=float(
            f'{feature.distance.loss_weight / positions.numel():.6g}'),
        positions=list(positions),
        paths=len(feature.connectors))


def stage_shapes(backbone, size):
    """Shapes of all stages, computed without numbers."""
    stages = tuple(range(3 if 'CifarResNet' in backbone.type else 4))
    network = MODELS.build(dict(backbone, out_indices=stages))
    images = torch.rand(1, backbone.get('in_channels', 3), size, size)
    network.to('meta').train(False)
    with torch.no_grad():
        outputs = network(images.to('meta'))
    return [output.shape for output in outputs]


def network_facts(model, hooks):
    """What is built."""
    backbone = model.backbone
    convs = [
        conv for name, conv in backbone.named_modules()
        if isinstance(conv, nn.Conv2d) and 'downsample' not in name
        and 'shortcut' not in name
    ]
    facts = dict(layers=len(convs) + 1, classes=model.head.num_classes)
    if isinstance(convs[-1], DiracConv2d):
        facts['convs'] = 'DiracConv2d'
    if hasattr(backbone, 'shortcut'):
        facts['shortcut'] = backbone.shortcut
        projects = any('.downsample.' in key for key in backbone.state_dict())
        assert projects == (backbone.shortcut in ('projection', 'downsample'))
        if backbone.fade:
            facts['fade'] = dict(
                start=backbone.fade.start, until=backbone.fade.horizon)
            if backbone.fade.by != 'run':
                facts['fade']['by'] = backbone.fade.by
            if backbone.fade.order != 'together':
                facts['fade']['order'] = backbone.fade.order
    if getattr(backbone, 'gates', None) is not None:
        facts.update(
            epsilon=round(float(backbone.gates.epsilon), 6),
            blocks=len(backbone.blocks),
            eval_gates=backbone.gates.eval_gates)
        if backbone.gates.scope != 'local':
            facts['gate_scope'] = backbone.gates.scope
    if objective(model, SideLoss):
        side, = objective(model, SideLoss).reads_blocks
        facts.update(
            side_weight=objective(model, SideLoss).loss_weight,
            side_block=backbone.declared_blocks.index(side) + 1)
    if 'DeadBlockHook' in hooks:
        hook = hooks['DeadBlockHook']
        facts.update(bury=hook.bury, closed_steps=hook.closed_steps)
        if hook.end:
            facts['settled_after'] = hook.end
        if hook.target:
            facts['budget'] = (
                f'{hook.target:.0%} of the {hook.metric} from epoch '
                f'{hook.begin} on, {hook.max_per_epoch} block an epoch'
            ).replace('%', ' %')
    if 'EpsilonScheduleHook' in hooks:
        facts['epsilon_schedule'] = epsilon_schedule(
            hooks['EpsilonScheduleHook'])
    return facts


def epsilon_schedule(hook):
    words = dict(
        step=f'step after {hook.begin} epochs',
        linear=f'linear until {hook.end} epochs')
    return words[hook.schedule]


def data_facts(cfg):
    loader = cfg.train_dataloader
    facts = dict(
        dataset=loader.dataset.type,
        mean=cfg.data_preprocessor.mean,
        std=cfg.data_preprocessor.std,
        train=transforms(loader),
        test_images=transforms(cfg.test_dataloader),
        epochs=cfg.train_cfg.max_epochs)
    assert transforms(cfg.val_dataloader) == facts['test_images']
    if 'drop_last' in loader:
        facts['drop_last'] = loader.drop_last
    return facts


def transforms(loader):
    return [
        f'{step.type}({options})' for step in loader.dataset.pipeline
        if step.type not in ('LoadImageFromFile', 'PackInputs')
        for options in [', '.join(f'{key}={step[key]}' for key in sorted(step)
                                  if key != 'type')]
    ]


def ema_facts(hook):
    return dict(ema={
        'newest': hook.ema_cfg['momentum'], 'from': hook.begin_epoch - 1})


def facts(name):
    """What a config builds, in the words of the table."""
    cfg, built = read(name), build(name)
    ema = built.hooks.get('EMAHook')
    clip = cfg.optim_wrapper.get('clip_grad')
    return dict(
        **(ema_facts(ema) if ema else {}),
        **(dict(clip=clip['max_norm']) if clip else {}),
        **data_facts(cfg),
        **optimizer_facts(built.model, built.optimizer),
        **schedule_facts(cfg, built.optimizer),
        **phase_facts(built.hooks),
        **method_facts(cfg, built.model),
        **network_facts(built.model, built.hooks))


@pytest.mark.parametrize('name', [*CONFIGS, *VARIANTS])
def test_what_is_built_is_in_the_table(name):
    recipe = {**CONFIGS, **VARIANTS}[name]
    expected = {
        key: value for key, value in recipe.items()
        if key not in WORDS and value is not None
    }
    found = facts(name)
    gpus = expected.pop('gpus', 1)
    batch_size = expected.pop('batch_size')
    assert read(name).train_dataloader.batch_size * gpus == batch_size
    scale = read(name).get('auto_scale_lr', dict(base_batch_size=batch_size))
    assert scale['base_batch_size'] == batch_size
    parameters = expected.pop('parameters', None)
    if parameters:
        count = sum(p.numel() for p in build(name).model.parameters())
        assert f'{count / 1e6:.3f} M' == parameters
    assert found == expected


def test_every_config_is_in_the_table():
    found = {
        path[len('configs/'):-len('.py')]
        for path in ALL if path.split('/')[1] not in OTHERS
    }
    assert found == set(CONFIGS)


@pytest.mark.parametrize('name', [*CONFIGS, *VARIANTS])
def test_what_is_ours_is_in_the_recipe(name):
    recipe = {**CONFIGS, **VARIANTS}[name]
    ours = {key for part in ('schedule_ours', 'method_ours')
            for key in recipe.get(part) or ()}
    assert ours <= set(recipe)
    # No source has these, whatever else is merged into a recipe.
    for key in ('warmup', 'fade', 'bury', 'budget', 'settled_after', 'ema'):
        assert not recipe.get(key) or key in ours, key


@pytest.mark.parametrize('name', CONFIGS)
def test_the_rest_of_a_run_builds(name):
    cfg = read(name)
    for key, hook in cfg.default_hooks.items():
        if key != 'visualization':  # needs a run's visualizer
            HOOKS.build(dict(hook))
    for loader in (cfg.train_dataloader, cfg.val_dataloader,
                   cfg.test_dataloader):
        assert DATASETS.get(loader.dataset.type)
        for transform in loader.dataset.pipeline:
            TRANSFORMS.build(dict(transform))
    assert METRICS.build(cfg.val_evaluator)


def own_weights(name):
    return {
        key: value for key, value in build(name).model.state_dict().items()
        if not key.startswith('auxiliary.')
    }


def test_what_learns_from_a_teacher_names_it():
    found = {name for name in CONFIGS if 'teacher' in read(name).model}
    assert found == set(STUDENTS)


@pytest.mark.parametrize('name', STUDENTS)
def test_student_and_test_config_share_a_checkpoint(name):
    test = CONFIGS[name]['test']
    assert read(test).model.type == 'ImageClassifier'
    assert read(test).data_preprocessor == read(name).data_preprocessor
    build(test).model.load_state_dict(own_weights(name), strict=True)


@pytest.mark.parametrize('name', STUDENTS)
def test_student_and_teacher_go_together(name):
    """Same shapes stage by stage; the teacher's own config trained it."""
    model = read(name).model
    size = 64 if 'imagenet' in name else 16
    assert stage_shapes(model.backbone, size) == stage_shapes(
        model.teacher.backbone, size)
    trained_by = CONFIGS[name].get('teacher')
    if trained_by is None:  # it trains beside the student
        assert model.teacher.init_cfg is None
        return
    teacher = read(trained_by)
    backbone = dict(teacher.model.backbone)
    backbone.pop('init_cfg', None)  # the weights that it started from
    assert model.teacher.backbone == backbone
    checkpoint = model.teacher.init_cfg.checkpoint
    if not checkpoint.startswith('https://'):
        folder, file = checkpoint.rsplit('/', 1)
        assert file == f'epoch_{teacher.train_cfg.max_epochs}.pth'
        assert folder.split('/')[-1] == trained_by.split('/')[-1]


def words(text):
    """With single spaces, to compare what lines break elsewhere."""
    return ' '.join(text.split())


def docstring_of(path):
    return ast.get_docstring(ast.parse((ROOT / path).read_text()))


@pytest.mark.parametrize('path', ALL)
def test_it_opens_with_its_command_and_result(path):
    docstring = docstring_of(path)
    assert path in docstring
    assert 'xpected' in docstring and 'easured' in docstring


@pytest.mark.parametrize('name', CONFIGS)
def test_it_says_what_the_table_says(name):
    recipe = CONFIGS[name]
    expected = recipe.get('expected') or recipe.get('published')
    measured = recipe.get('measured') or 'not run'
    docstring = docstring_of(f'configs/{name}.py')
    assert words(f'Expected: {expected or "not known"}. Measured: {measured}.'
                 ) in words(docstring)
    assert len([line for line in docstring.splitlines() if line]) <= 8


@pytest.mark.parametrize('name', [
    name for name, recipe in {**CONFIGS, **VARIANTS}.items()
    if 'docs/' in (recipe.get('measured') or '')
])
def test_what_is_measured_is_written_there(name):
    measured = {**CONFIGS, **VARIANTS}[name]['measured']
    page = (ROOT / re.search(r'docs/[\w/]+\.md', measured)[0]).read_text()
    for number in re.findall(r'\d+\.\d+', measured):
        assert number in page


@pytest.mark.parametrize('name', VARIANTS)
def test_the_page_has_the_options(name):
    variant = VARIANTS[name]
    page = words((ROOT / variant['page']).read_text())
    assert variant['options'] in page
    assert (variant.get('published') or '') in page


def test_every_base_says_what_it_is():
    bases = list((ROOT / 'configs').rglob('_base_/**/*.py'))
    assert bases
    for path in bases:
        assert docstring_of(path), path


METAFILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / 'configs').rglob('metafile*.yml'))


def test_the_index_has_every_metafile():
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    assert METAFILES and index['Import'] == METAFILES


@pytest.mark.parametrize('path', METAFILES)
def test_metafiles_name_configs_and_measured_numbers(path):
    for model in yaml.safe_load((ROOT / path).read_text())['Models']:
        metadata = model['Metadata']
        named = [model['Config']] + [
            metadata[role]['Config'] for role in ('Student', 'Teacher')
            if role in metadata
        ]
        for config in named:
            assert (ROOT / config).is_file(), config
        results = [
            str(number)
            for entry in [*model.get('Results', ()), *metadata.values()]
            if isinstance(entry, dict)
            for number in entry.get('Metrics', {}).values()
        ]
        trained_by = metadata.get('Training', model)['Config']
        name = trained_by[len('configs/'):-len('.py')]
        measured = CONFIGS[name].get('measured') or 'not run'
        for number in results:
            assert number in measured
