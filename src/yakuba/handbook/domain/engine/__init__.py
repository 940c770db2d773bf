"""The core of judging and forecasting, after the Logic Specification for ACIP Recommendations v4.6."""
