"""What happens because time passes: promises, reminders, escalations, schedules."""
