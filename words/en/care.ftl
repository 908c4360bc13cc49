help-lead = People who answer, by country. They are not us, and none of them needs to know you came from here.
