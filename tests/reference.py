"""Networks as PyTorch's own layers give them, to compare ours with."""

from torch import Tensor
from torch.nn import functional as F

from fgsm.model import Classifier, LeNet


class PlainLeNet(LeNet):
    """The article's forward pass, to the letter."""

    def logits(self, images: Tensor) -> Tensor:
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = F.relu(self.fc1(x.flatten(1)))
        x = F.dropout(x, training=self.training)
        scores: Tensor = self.fc2(x)
        return scores


def plain(model: Classifier) -> Classifier:
    """The same weights in plain layers, in PyTorch's own memory layout and not frozen.

    Softmax regression has only such layers: of it, this is a copy.
    """
    twin = PlainLeNet() if isinstance(model, LeNet) else type(model)()
    twin.load_state_dict(model.state_dict())
    return twin.to(next(model.parameters()).dtype).eval()
