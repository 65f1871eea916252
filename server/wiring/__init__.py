"""The only place that constructs things: settings in, a running house out.

It does not know the web, nor what the parts do with one another.
"""

from server.wiring.folder import DataFolder, hold
from server.wiring.house import House, wire

__all__ = ["DataFolder", "House", "hold", "wire"]
