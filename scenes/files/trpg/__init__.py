"""Logs of dice bots, chat programs and virtual tables: messages told apart, written as ours."""
