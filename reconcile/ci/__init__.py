"""GitHub and GitLab: where a pipeline shows plans, and keeps an issue while clusters drift."""
