"""Image prompts: written from scenes and cast (``write``), and checked when people type them (``check``)."""
