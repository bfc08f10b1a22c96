"""API keys and tokens that carry their issuer's mark, in files by what makes them quick to find."""

from addons.core.detect.api_keys.dashed import API_KEY_DASHED
from addons.core.detect.api_keys.marked import API_KEY_MARKED
from addons.core.detect.api_keys.named import API_KEY_NAMED
from addons.core.detect.api_keys.underscored import API_KEY_UNDERSCORED
from addons.core.detect.api_keys.wide import API_KEY_WIDE
from addons.core.detect.api_keys.within import API_KEY_ENDING, API_KEY_WITHIN

API_KEYS = (
    *(API_KEY_UNDERSCORED, API_KEY_DASHED, API_KEY_MARKED),
    *(API_KEY_WIDE, API_KEY_WITHIN, API_KEY_ENDING, API_KEY_NAMED),
)
