"""Common procurement vocabulary and regions: code lists that ship as data, with their source."""
