"""The start page: `views` HTTP · `start_page` its content · `newest_datasets` its lines · `wording` its words."""
