# The demo in a container (a Hugging Face Space with `sdk: gradio` does not need it):
#
#     docker build -t fgsm . && docker run --rm -p 7860:7860 fgsm
#
# With CUDA: --build-arg TORCH_INDEX_URL=https://download.pytorch.org/whl/cu128, then --gpus all.
FROM python:3.12-slim

# Hugging Face Spaces runs containers as user 1000; nothing here needs more rights than that.
RUN useradd --create-home --uid 1000 user
ENV HOME=/home/user
WORKDIR $HOME/app

# Layers go from what changes least to what changes most. PyTorch is by far the largest, and PyPI's
# build of it brings gigabytes of CUDA; so it comes first, and from PyTorch's own index.
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
COPY requirements.txt .
RUN grep '^torch' requirements.txt > torch.txt \
    && pip install --no-cache-dir --index-url "$TORCH_INDEX_URL" -r torch.txt \
    && rm torch.txt
RUN pip install --no-cache-dir -r requirements.txt

USER user

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

ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    GRADIO_ANALYTICS_ENABLED=False \
    PYTHONUNBUFFERED=1
EXPOSE 7860

# The start period is for importing PyTorch on a slow machine. If there is no answer, or the answer
# is an error, urlopen raises, and Python exits with 1.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD python -c "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'], timeout=4)"

CMD ["python", "app.py"]
