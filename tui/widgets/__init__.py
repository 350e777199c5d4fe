"""The app's own widgets: each draws its lines itself and repaints only those that changed."""
