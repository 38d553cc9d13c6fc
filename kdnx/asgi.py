"""The application for servers that import it by name (several workers); settings from the environment."""

from kdnx.app import create_app, make_house
from kdnx.log import set_up_logs
from kdnx.start import settings_for

_settings = settings_for()
set_up_logs(_settings.log_format)
app = create_app(make_house(_settings))
