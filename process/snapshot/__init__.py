"""Cases as JSON: the codec, the check of a history against the model, and the migrations of older snapshots."""
