"""Adapters: stem, stages and last norm of the families of backbones."""
from .convnext import ConvNeXtStages
from .mobilenet import MobileNetV2Stages, MobileNetV3Stages
from .repvgg import RepVGGStages
from .resnet import PreActStages, ResNetStages, ResNetStagesWithoutPooling
from .stages import Stages, adapts, stages_of
from .timm import TIMMStages
from .vgg import VGGStages

__all__ = [
    'ConvNeXtStages', 'MobileNetV2Stages', 'MobileNetV3Stages', 'PreActStages',
    'RepVGGStages', 'ResNetStages', 'ResNetStagesWithoutPooling', 'Stages',
    'TIMMStages', 'VGGStages', 'adapts', 'stages_of'
]
