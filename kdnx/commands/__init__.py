"""Commands of the platform: serving, checking, importing."""
