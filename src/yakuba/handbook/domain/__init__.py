"""The pure heart: rules as data, calendars, judging, forecasting."""
