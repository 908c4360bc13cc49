home-how = How is it, right now?
home-cannot-wait = If it can't wait
home-human = Talk to a human, free, now
home-countries = Other countries, and by text
home-what = What this is
home-join = Come in
home-song = Bring a song
home-new = New here
