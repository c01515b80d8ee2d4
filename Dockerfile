# The demo in a container (a Hugging Face Space with `sdk: gradio` does not need it):
#
#     docker build -t fgsm . && docker run --rm -p 7860:7860 fgsm
#
# It needs no rights, and writes to /tmp only: docs/hosting.md says how to hold it to that. With CUDA:
# --build-arg TORCH_INDEX_URL=https://download.pytorch.org/whl/cu128, then --gpus all.
FROM python:3.12-slim

# Whoever runs the demo owns none of its files. Hugging Face runs containers as user 1000 too.
RUN useradd --create-home --uid 1000 user
WORKDIR /home/user/app

# Layers go from what changes least to what changes most. PyTorch is by far the largest, and PyPI's
# build of it brings gigabytes of CUDA; so it comes first, and from PyTorch's own index.
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
COPY requirements.txt .
RUN grep '^torch' requirements.txt > /tmp/torch.txt \
    && pip install --no-cache-dir --index-url "$TORCH_INDEX_URL" -r /tmp/torch.txt \
    && rm /tmp/torch.txt
RUN pip install --no-cache-dir -r requirements.txt

# The test set is part of the image, so that the demo needs no network. Only the code that downloads
# it is copied first, so that a change anywhere else does not download it again. Without a network
# the build goes on with the built-in digits only. The demo reads only the unpacked test set, so the
# rest is removed.
ENV MNIST_ROOT=/home/user/mnist
COPY fgsm/__init__.py fgsm/digits.py fgsm/
RUN python -c "from fgsm.digits import mnist_digits; mnist_digits(train=False, download=True)" \
    || echo "MNIST could not be downloaded; the image has the built-in digits only" \
    && rm -f "$MNIST_ROOT"/MNIST/raw/train-* "$MNIST_ROOT"/MNIST/raw/*.gz

COPY . .
RUN python -m compileall -q app.py fgsm

ENV HOME=/tmp \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    GRADIO_ANALYTICS_ENABLED=False \
    PYTHONUNBUFFERED=1
EXPOSE 7860
USER user

# Healthy is a server that can attack a digit (fgsm/ui/health.py). The start period is for importing
# PyTorch on a slow machine. If there is no answer, or the answer is an error, urlopen raises, and
# Python exits with 1.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD python -c "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'] + '/fgsm/health', timeout=9)"

CMD ["python", "app.py"]
