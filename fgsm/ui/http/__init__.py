"""The server's door: what is asked of it from outside, and what it refuses.

`docs/hosting.md` says the same for whoever runs the page.
"""

from fgsm.ui.http.guard import Guard, guarding
from fgsm.ui.http.headers import PagePolicy
from fgsm.ui.http.logs import set_up_logs
from fgsm.ui.http.protocol import bound_heads

__all__ = ["Guard", "PagePolicy", "bound_heads", "guarding", "set_up_logs"]
