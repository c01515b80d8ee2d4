"""Links as QR codes, so that a phone can open what is on the screen or on paper."""

import segno

from fgsm.service.answer import Code
from fgsm.service.request import LinkRequest


def qr(request: LinkRequest) -> Code:
    """The QR code of a link, without its quiet zone.

    Of medium error correction (15 % of the code may be dirty, or glare in a lecture hall), or more
    where that makes the code no larger.
    """
    code = segno.make(request.link, error="m", micro=False)
    return Code(rows=["".join("1" if module else "0" for module in row) for row in code.matrix])
