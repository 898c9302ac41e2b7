"""Times on the screen are the seat's local time: here always UTC."""

from __future__ import annotations

import os
import time

os.environ["TZ"] = "UTC"
time.tzset()
