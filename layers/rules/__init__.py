"""Pure rules: functions over values; time and seed are passed in, nothing is read or written."""
