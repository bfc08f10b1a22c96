"""The views in which rules look for values, besides the text as it stands."""

from collections.abc import Callable

from addons.core.masking.views.view import View

VIEWS: tuple[Callable[[], View], ...] = ()
