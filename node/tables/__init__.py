"""Tables (表格): records from files of rows, and into them (design 4, `ticket import`, `ticket export`)."""
