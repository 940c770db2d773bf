"""The certificates that the product ships: measured on made scans (模擬), never good for real documents."""
