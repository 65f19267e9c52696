"""Pages for the public: one layout, no script, nothing from other servers."""
