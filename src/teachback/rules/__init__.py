"""The rules by topic: what we decide (.py), what the law says (.toml) and worked examples (.yaml)."""
