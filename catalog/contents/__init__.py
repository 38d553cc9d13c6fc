"""What an offering says: its versions with prices, audiences and contacts."""
