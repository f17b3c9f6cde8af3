"""Mail: prepared messages leave by an SMTP server, or become files of a folder.

`port` the promises · `letters` from words to a message that nobody can add a header to · `mail_addresses` ·
`eml_folder` the default of a site without a mail server · `smtp_address`, `smtp_mailer` the only room with smtplib.
"""
