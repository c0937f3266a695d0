"""How well long texts find whole tracks, and where in them: `collap` beside pooling what is below it.

`texts` says what is asked, `arms` scores it in several ways, `figures` counts what was found and how sure that is,
`when` measures the stretches that come back, `run` puts all of it together.
"""
