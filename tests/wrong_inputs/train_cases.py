"""Wrong options of trainings."""
from .case import training

HOOK = 'custom_hooks = [dict(type="rd_plugins.{}")]'
EPSILON_HOOKS = ('custom_hooks = [dict(type="rd_plugins.DeadBlockHook"), '
                 'dict(type="rd_plugins.EpsilonScheduleHook", {})]')
RESTART = ('param_scheduler = [dict(type="rd_plugins.RestartMultiStepLR", '
           '{})]')
ONE_PHASE = ('custom_hooks = [dict(type="rd_plugins.PhaseHook", phases=['
             'dict(name="stage 1", loss="stage1", {})])]\n'
             'train_cfg = dict(max_epochs=1)')
PHASE = ONE_PHASE.replace('{}', 'epochs=1, {}')
DEVICE = 'default_hooks = dict(device_input=dict({}))'
PIPELINE = ('train_dataloader = dict(dataset=dict(pipeline=[{}, '
            'dict(type="PackInputs")]))')
FOLDER = ('train_dataloader = dict(dataset=dict(_delete_=True, '
          'type="CustomDataset", data_root="{{data}}/{}", pipeline=['
          'dict(type="LoadImageFromFile", imdecode_backend="cv2", '
          'color_type="grayscale"), dict(type="Resize", scale=(28, 28)), '
          'dict(type="PackInputs")]))')
LOGIT = ('model = dict(_delete_=True, type="rd_plugins.LogitDistiller", '
         'alpha={}, backbone=_base_.model.backbone, neck=_base_.model.neck, '
         'head=_base_.model.head, teacher=_base_.model.teacher)')
TEACHER = 'model.teacher.init_cfg.checkpoint={{data}}/{}'

COMMON = training(
    'ce',
    ('*model type typo', 'model.type=ImageClasifier'),
    ('backbone type typo', 'model.backbone.type=rd_plugins.CifarResnet'),
    ('*backbone option typo', 'model.backbone.dept=20'),
    ('optimizer option typo', 'optim_wrapper.optimizer.momentun=0.9'),
    ('wrapper typo', 'optim_wrapper.type=OptimWraper'),
    ('data_preprocessor typo', 'data_preprocessor.maen=1'),
    ('transform typo', PIPELINE.format('dict(type="RandomCrp")')),
    ('transform option typo',
     PIPELINE.format('dict(type="RandomCrop", crop_siz=28)')),
    ('no dict in pipeline', PIPELINE.format('"RandomCrop"')),
    ('dataset typo', 'train_dataloader.dataset.type=rd_plugins.MNIST5'),
    ('dataset option typo', 'train_dataloader.dataset.splt=train'),
    ('split typo', 'train_dataloader.dataset.split=val'),
    ('sampler typo', 'train_dataloader.sampler.type=DefaultSamplr'),
    ('loader option typo', 'train_dataloader.batchsize=5'),
    ('head typo', 'model.head.type=LinearClasHead'),
    ('head option typo', 'model.head.num_class=10'),
    ('neck typo', 'model.neck.type=GlobalAveragePool'),
    ('evaluator typo', 'val_evaluator.type=Acuracy'),
    ('evaluator option typo', 'val_evaluator.top=1'),
    ('scheduler typo', 'param_scheduler.type=OneCycle'),
    ('scheduler option typo', 'param_scheduler.etamax=1'),
    ('*hook typo', HOOK.format('PhasesHook')),
    ('train_cfg typo', 'train_cfg.max_epoch=3'),
    ('randomness typo', 'randomness.sed=1'),
    ('*checkpoint option typo', 'default_hooks.checkpoint.intervall=1'),
    ('logger option typo', 'default_hooks.logger.intervall=1'),
    ('device_input option typo', 'default_hooks.device_input.require=True'),
    ('SyncStatistics option typo',
     'default_hooks.sync_statistics.interval=1'),
    ('*top-level typo', 'custom_hook = []'),
    ('top-level typo 2', 'optim_wraper = dict()'),
    ('top-level typo 3', 'param_schedulers = []'),
    ('custom_hooks dict', 'custom_hooks = dict(type="EMAHook")'),
    ('custom_hooks string', 'custom_hooks=EMAHook'),
    ('model None', 'model=None'),
    ('*model a number', 'model=3'),
    ('model without type', 'model = dict(_delete_=True, backbone=dict())'),
    ('work_dir None', 'work_dir=None'),
    ('depth 21', 'model.backbone.depth=21'),
    ('depth None', 'model.backbone.depth=None'),
    ('shortcut typo', 'model.backbone.shortcut=some'),
    ('shortcut True', 'model.backbone.shortcut=True'),
    ('merged without deploy', 'model.backbone.shortcut=merged'),
    ('*deploy=True in a training', 'model.backbone.deploy=True'),
    ('drop_path 3', 'model.backbone.drop_path_rate=3'),
    ('drop_path nan', 'model.backbone.drop_path_rate=nan'),
    ('drop_path on plain', 'model.backbone.shortcut=none',
     'model.backbone.drop_path_rate=0.2'),
    ('strides length', 'model.backbone.strides=(1,2)'),
    ('out_indices beyond', 'model.backbone.out_indices=(3,)'),
    ('out_indices early', 'model.backbone.out_indices=(0,)'),
    ('out_indices empty', 'model = dict(backbone=dict(out_indices=()))'),
    ('num_classes 5 of 10', 'model.head.num_classes=5'),
    ('*num_classes 100 of 10', 'model.head.num_classes=100'),
    ('num_classes 0', 'model.head.num_classes=0'),
    ('head in_channels', 'model.head.in_channels=32'),
    ('in_channels 3 on gray', 'model.backbone.in_channels=3'),
    ('*everything frozen',
     'model = dict(backbone=dict(frozen_stages=3), head=dict(type="ClsHead", '
     '_delete_=True))'),
    ('fade without fading', 'model.backbone.fade=dict(horizon=0.5)'),
    ('*lr nan', 'optim_wrapper.optimizer.lr=nan'),
    ('lr negative', 'optim_wrapper.optimizer.lr=-1'),
    ('lr string', 'optim_wrapper.optimizer.lr=fast'),
    ('lr inf', 'optim_wrapper.optimizer.lr=inf'),
    ('momentum nan', 'optim_wrapper.optimizer.momentum=nan'),
    ('weight_decay nan', 'optim_wrapper.optimizer.weight_decay=nan'),
    ('weight_decay negative', 'optim_wrapper.optimizer.weight_decay=-1'),
    ('accumulative 0', 'optim_wrapper.accumulative_counts=0'),
    ('max_epochs 0', 'train_cfg.max_epochs=0'),
    ('max_epochs -1', 'train_cfg.max_epochs=-1'),
    ('max_epochs 1.5', 'train_cfg.max_epochs=1.5'),
    ('scheduler begin after end', 'param_scheduler.begin=5',
     'param_scheduler.end=2'),
    ('*std 0', 'data_preprocessor.std=[0]'),
    ('std nan', 'data_preprocessor.std=[nan]'),
    ('batch -1', 'train_dataloader.batch_size=-1'),
    ('batch 0', 'train_dataloader.batch_size=0'),
    ('workers -1', 'train_dataloader.num_workers=-1'),
    ('*no images', 'train_dataloader.dataset.indices=0'),
    ('drop_last with too few images', 'train_dataloader.drop_last=True',
     'train_dataloader.batch_size=5000'),
    ('*crop too large', 'train_dataloader = dict(dataset=dict(pipeline=['
     'dict(type="RandomCrop", crop_size=64), dict(type="PackInputs")]))'),
    ('padding negative', 'train_dataloader = dict(dataset=dict(pipeline=['
     'dict(type="RandomCrop", crop_size=28, padding=-4), '
     'dict(type="PackInputs")]))'),
    ('no PackInputs', 'train_dataloader = dict(dataset=dict(pipeline=['
     'dict(type="RandomCrop", crop_size=28)]))'),
    ('brightness negative', PIPELINE.format(
        'dict(type="rd_plugins.BrightnessContrast", brightness=-3)')),
    ('brightness nan', PIPELINE.format(
        'dict(type="rd_plugins.BrightnessContrast", '
        'brightness=float("nan"))')),
    ('contrast of three', PIPELINE.format(
        'dict(type="rd_plugins.BrightnessContrast", contrast=(1, 2, 3))')),
    ('sigma 0', PIPELINE.format(
        'dict(type="rd_plugins.GaussianDeform", sigma=0)')),
    ('anchors 1-D', PIPELINE.format(
        'dict(type="rd_plugins.GaussianDeform", anchors=(0.1, 0.2))')),
    ('RandomImages size 0', 'train_dataloader = dict(dataset=dict('
     '_delete_=True, type="rd_plugins.RandomImages", size=0, pipeline=[]))'),
    ('RandomImages images 1.5', 'train_dataloader = dict(dataset=dict('
     '_delete_=True, type="rd_plugins.RandomImages", images=1.5, '
     'pipeline=[]))'),
    ('device_input required, unsupported',
     DEVICE.format('required=True') + '\n' + FOLDER.format('images')),
    ('memory_format typo', 'default_hooks.memory_format.memory_format=nhwc'),
    ('EMA momentum 2', 'custom_hooks = [dict(type="EMAHook", momentum=2)]'),
    ('epoch_seed by iters', 'train_cfg = dict(_delete_=True, by_epoch=False, '
     'max_iters=4, val_interval=4)'),
    ('val_interval 0', 'train_cfg.val_interval=0'),
    ('data_root absent', FOLDER.format('absent')),
    ('data_root is a file', FOLDER.format('text.pth')),
    ('empty image', FOLDER.format('empty_image')),
    ('text as image', FOLDER.format('text_image')),
    ('*empty image in a worker',
     FOLDER.format('empty_image').replace(
         'dataset=dict', 'num_workers=1, dataset=dict', 1)),
    ('empty class', FOLDER.format('empty_class')),
    ('3 classes in the folder, 10 in the head', FOLDER.format('images')),
    ('DeadBlockHook without gates', HOOK.format('DeadBlockHook')),
    ('EpsilonSchedule without gates', EPSILON_HOOKS.format(
        'schedule="step", begin=0')),
    ('RestartMultiStepLR without hook', RESTART.format(
        'milestones=[1], factors=[0.1], restart_milestones=[1]')),
    ('loss_weight nan', 'model.head.loss.loss_weight=nan',
     'model.head.loss.type=CrossEntropyLoss'),
    ('loss_weight -1', 'model.head.loss.loss_weight=-1',
     'model.head.loss.type=CrossEntropyLoss'),
    ('*load_from with one key', 'load_from={data}/one_key.pth'),
    ('load_from wrong shapes', 'load_from={data}/wide.pth'),
    ('load_from empty', 'load_from={data}/empty_sd.pth'),
    ('load_from a string value', 'load_from={data}/sd_str.pth'),
    ('load_from a list', 'load_from={data}/list.pth'),
    ('load_from a tensor', 'load_from={data}/tensor.pth'),
    ('load_from sd None', 'load_from={data}/sd_none.pth'),
    ('load_from sd list', 'load_from={data}/sd_list.pth'),
    ('load_from absent', 'load_from=absent.pth'),
    ('load_from truncated', 'load_from={data}/truncated.pth'),
    ('backbone Pretrained absent', 'model = dict(backbone=dict(init_cfg='
     'dict(type="Pretrained", checkpoint="absent.pth")))'),
    ('backbone Pretrained truncated', 'model = dict(backbone=dict(init_cfg='
     'dict(type="Pretrained", checkpoint="{data}/truncated.pth")))'),
    ('test section missing', 'val_evaluator=None'),
)

EPSILON = training(
    'epsilon',
    ('depth string', 'model.backbone.depth=twenty'),
    ('depth 21', 'model.backbone.depth=21'),
    ('epsilon -1', 'model.backbone.epsilon=-1'),
    ('*epsilon nan', 'model.backbone.epsilon=nan'),
    ('epsilon inf', 'model.backbone.epsilon=inf'),
    ('epsilon string', 'model.backbone.epsilon=big'),
    ('*all blocks closed', 'model.backbone.epsilon=1000'),
    ('eval_gates typo', 'model.backbone.eval_gates=cold'),
    ('out_indices -1', 'model.backbone.out_indices=(-1,)'),
    ('out_indices 3', 'model.backbone.out_indices=(3,)'),
    ('out_indices 0', 'model.backbone.out_indices=(0,)'),
    ('removed_blocks unknown', 'model.backbone.removed_blocks=(layer9.1,)'),
    ('removed_blocks string', 'model.backbone.removed_blocks=layer1.1'),
    ('gate False + DeadBlockHook', 'model.backbone.gate=False'),
    ('*restarts without DeadBlockHook', 'custom_hooks = []'),
    ('option typo', 'custom_hooks = [dict(type="rd_plugins.DeadBlockHook", '
     'close_steps=1)]'),
    *((f'{option} {value}',
       f'custom_hooks = [dict(type="rd_plugins.DeadBlockHook", '
       f'{option}={value})]') for option, value in (
           ('closed_steps', 0), ('closed_steps', 1.5),
           ('closed_steps', '"many"'), ('calibration_batches', 0),
           ('calibration_batches', -1), ('bury', '"no"'), ('end', 99),
           ('target', 1.5), ('max_per_epoch', 0),
           ('metric', '"flops"'))),
    *((f'EpsilonSchedule {options}', EPSILON_HOOKS.format(options))
      for options in (
          'schedule="lin"', 'schedule="step", begin=9', 'schedule="linear"',
          'schedule="linear", begin=2, end=1',
          'schedule="linear", begin=0, end=9', 'schedule="step", begin=-1',
          'schedule="step", begin=0.5', 'schedule="step", begin="one"',
          'schedul="step"')),
    ('*EpsilonSchedule gate=False',
     'custom_hooks = [dict(type="rd_plugins.EpsilonScheduleHook", '
     'schedule="step", begin=0)]',
     'model = dict(backbone=dict(gate=False))'),
    *((f'RestartMultiStepLR {options}', RESTART.format(options))
      for options in (
          'milestones=[8, 6], factors=[0.1, 0.01]',
          'milestones=[6, 8], factors=[0.1]',
          'milestones=[1], factors=[float("nan")]',
          'milestones=[1], factors=[-0.1]', 'milestones=[1], factors=["x"]',
          'milestones=["one"], factors=[0.1]', 'milestones=[1.5], factors=[1]',
          'milestones=[1], factors=[0.1], restart_milestones=[1], '
          'cooldown=-1',
          'milestones=[1], factors=[0.1], restart_milestones=[1], '
          'cooldown=0.5',
          'milestones=[1], factors=[0.1], restart_milestones=[1], tail=-1',
          'milestones=[1], factors=[0.1], restart_milestones=[1], rule="max"',
          'milestones=[1], factors=[0.1], restart_factors=[0.1]',
          'milestones=[1], factors=[0.1], by_epoch=False')),
    ('side weight -1', 'model.side_weight=-1'),
    ('side weight nan', 'model.side_weight=nan'),
    ('side block unknown', 'model.side_blocks=[layer5.0]'),
    ('side_blocks string', 'model.side_blocks=layer1.0'),
    ('DeadBlockHook by iterations', 'train_cfg = dict(_delete_=True, '
     'by_epoch=False, max_iters=4, val_interval=4)\n'
     'default_hooks = dict(epoch_seed=None)\n'
     'param_scheduler = []'),
)

DISTILLERS = training(
    'joint',
    ('*min_hybrid_weight 5', 'model.min_hybrid_weight=5'),
    ('min_hybrid_weight -1', 'model.min_hybrid_weight=-1'),
    ('min_hybrid_weight nan', 'model.min_hybrid_weight=nan'),
    ('hybrid horizon 0', 'model.hybrid_weight.horizon=0'),
    ('hybrid horizon 2', 'model.hybrid_weight.horizon=2'),
    ('hybrid start string', 'model.hybrid_weight.start=high'),
    ('hybrid start nan', 'model.hybrid_weight.start=nan'),
    ('hybrid start inf', 'model.hybrid_weight.start=inf'),
    ('hybrid option typo', 'model.hybrid_weight.stop=1'),
    ('hybrids typo', 'model.hybrids=some'),
    ('feature_paths typo', 'model.feature_paths=foo'),
    ('feature loss_weight -1',
     'model = dict(feature_loss=dict(type="rd_plugins.MarginLoss", '
     'loss_weight=-1))'),
    ('*temperature 0', 'model = dict(logit_loss=dict('
     'type="rd_plugins.LogitLoss", temperature=0))'),
    ('temperature -4', 'model = dict(logit_loss=dict('
     'type="rd_plugins.LogitLoss", temperature=-4))'),
    ('logit loss_weight nan', 'model = dict(logit_loss=dict('
     'type="rd_plugins.LogitLoss", loss_weight=float("nan")))'),
    ('fold_teacher string', 'model.fold_teacher=no'),
    ('copy_teacher string', 'model.copy_teacher=perhaps'),
    ('check_teacher string', 'model.check_teacher=never'),
    ('option typo', 'model.hybrid_wieght=1'),
    *((what, LOGIT.format(value)) for what, value in (
        ('alpha 2', 2), ('alpha nan', 'float("nan")'),
        ('alpha string', '"most"'), ('alpha -1', -1))),
    ('teacher None', 'model.teacher=None'),
    ('teacher init_cfg None', 'model.teacher.init_cfg=None'),
    ('teacher ckpt None', 'model.teacher.init_cfg.checkpoint=None'),
    ('teacher init type typo', 'model.teacher.init_cfg.type=Pretraind'),
    ('teacher absent', 'model.teacher.init_cfg.checkpoint=absent.pth'),
    ('teacher depth 32', 'model.teacher.backbone.depth=32'),
    ('teacher widths 32', 'model.teacher.backbone.base_channels=32'),
    ('teacher type typo', 'model.teacher.type=ImageClasifier'),
    ('teacher other family', 'model.teacher.backbone.type=ResNet'),
    *((f'teacher {name}', TEACHER.format(f'{name}.pth')) for name in (
            'dir', 'list', 'sd_list', 'sd_none', 'sd_str', 'int_keys',
            'truncated', 'text')),
    ('student of one stage', 'model.backbone.num_stages=1',
     'model.backbone.strides=(1,)', 'model.backbone.dilations=(1,)',
     'model.backbone.out_indices=(0,)'),
    ('student head without loss of ClsHead',
     'model.head.type=MultiLabelLinearClsHead'),
) + training(
    'fading',
    *((f'fade {option}={value}', f'model.backbone.fade.{option}={value}')
      for option, value in (
          ('start', 0), ('start', 'nan'), ('begin', -1), ('begin', 'nan'),
          ('horizon', 1), ('horizon', 'nan'), ('horizon', 'half'),
          ('order', 'random'), ('stop', 1), ('end', 0.5))),
    ('fading with deploy', 'model.backbone.deploy=True'),
)

PHASES = training(
    'no_res',
    ('*No-Res without PhaseHook', 'custom_hooks = []'),
    ('*two PhaseHooks', 'custom_hooks = _base_.custom_hooks * 2'),
    ('PhaseHook by iters', 'train_cfg = dict(_delete_=True, by_epoch=False, '
     'max_iters=6, val_interval=6)\n'
     'default_hooks = dict(epoch_seed=None)'),
    ('max_epochs differs', 'train_cfg.max_epochs=3'),
    ('phases []',
     'custom_hooks = [dict(type="rd_plugins.PhaseHook", phases=[])]'),
    ('option typo', PHASE.format('epoch=1')),
    *((f'phase {options}', PHASE.format(options)) for options in (
           'lr=-1', 'lr=0', 'lr=float("nan")', 'lr="fast"',
           'lr=1, gamma=-1', 'lr=1, gamma=float("nan")',
           'lr=1, milestones=[3]', 'lr=1, milestones=["one"]',
           'lr=1, warmup=-1', 'lr=1, warmup=5', 'lr=1, warmup="long"',
           'lr=1, schedule="cos"', 'schedule="cosine"', 'train="some"',
           'train=["backbone.layer9"]',
           'train=["backbone.bn1.running_mean"]',
           'train=["backbone.layer3"], lr=0.1', 'objectives=["stage1"]')),
    *((f'phase epochs={value}', ONE_PHASE.format(f'epochs={value}, lr=0.1'))
      for value in (-1, 0, 1.5, '"two"')),
    ('PhaseHook + param_scheduler',
     'param_scheduler = [dict(type="MultiStepLR", milestones=[1])]'),
    ('stage_inputs typo', 'model.stage_inputs=foo'),
    ('finetune typo', 'model.finetune.type=rd_plugins.JointDR'),
    ('finetune option typo', 'model.finetune.foo=1'),
    ('finetune itself', 'model = dict(finetune=dict(_delete_=True, '
     'type="rd_plugins.StagewiseDistiller"))'),
    ('frozen_stages', 'model.backbone.frozen_stages=1'),
)

CASES = COMMON + EPSILON + DISTILLERS + PHASES
