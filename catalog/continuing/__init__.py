"""What time and successions do to open interests: reminders, lapse, going over to a successor."""
