"""The batch rebuild: plan what is owed, analyse it once, keep it in the cache, build, check, publish."""
