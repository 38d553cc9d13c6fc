"""Whether a published offering can be had: suspended, resumed, confirmed, retired."""
