"""Pictures that come in, as files: read, and answered as an image that can be asked for again.

Nothing of a file stays here. The browser keeps the pixels, and sends them as a request's `pixels`.
"""

from fgsm.frames import image_frames
from fgsm.picture import read_picture
from fgsm.service.answer import Picture
from fgsm.service.request import PictureRequest


def picture(request: PictureRequest) -> Picture:
    """The image that the file shows.

    Raises:
        ValueError: as `fgsm.picture.read_picture` does.
    """
    return Picture(frame=image_frames(read_picture(request.picture)))
