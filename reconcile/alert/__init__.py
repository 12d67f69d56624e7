"""Tell people of alerts: Alertmanager, webhooks in its format, Slack, PagerDuty."""
