"""Who speaks: characters as data. Knows neither models nor scenes."""
