"""People over HTTP: oneself (`/me`), others as they let themselves be seen (`/users`), and all for administrators."""
