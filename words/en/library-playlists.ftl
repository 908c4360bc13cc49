playlists-line = Lists with a purpose. Somebody asks for songs, people bring them with a reason, and it gets argued over.
playlists-none = No lists yet
playlists-none-more = Ask for one: say what it is for and when it closes.
feed-playlists = New lists
playlist-new = Ask for a list
playlist-new-line = Say what it's for. Others bring the songs.
playlist-bring = Bring a list you have
playlist-bring-line = A file from your player, or plain lines of “Artist - Title”. Songs that aren't on the shelf yet are put there.
playlist-file-kinds = M3U8, XSPF, JSPF, CSV or plain text.
playlist-title = What is it called?
playlist-title-hint = Such as: slow ones for days you can't get up.
playlist-brief = What is it for?
playlist-brief-hint = What belongs in it and what doesn't, so that people can argue with it.
playlist-feeling = Which feeling?
playlist-caution = Something to know before pressing play
playlist-days = Open for how many days?
playlist-days-hint = From 1 to 60. You can change it later.
playlist-open-it = Open the call
playlist-edit = Change the brief
playlist-keep = Keep the change
playlist-open-card = open until
playlist-open-until = Open for songs until
playlist-closed-on = Closed. Being put in order since
playlist-decided-on = In this order since
playlist-asked-by = Asked for by { $name },
playlist-asked-nameless = Asked for by somebody who left no name,
playlist-minutes = { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
 }
playlist-unknown = { $count } { $count ->
    [one] song nobody has timed
   *[other] songs nobody has timed
 }
playlist-sign-in = Sign in and bring one
playlist-suggest = Bring a song for it
playlist-reason = Why this one, here?
playlist-put = Suggest it
playlist-in = The list
playlist-suggested = Suggested so far
playlist-out = What didn't get in, and why
playlist-nothing = Nothing yet. Bring the first.
playlist-brought-by = brought by { $name }
playlist-take-mine-back = Take mine back
playlist-voice = What do you say?
playlist-yes = yes
playlist-no = no
playlist-argued = argue
playlist-line = Your argument, in one line
playlist-line-hint = Needed when you argue.
playlist-unsay = Say nothing
playlist-argue-needs = Arguing needs a line.
playlist-says-yes = yes from { $names }
playlist-says-no = no from { $names }
playlist-and-more = { $names } and { $count } more
playlist-argued-more = { $count } more { $count ->
    [one] argues
   *[other] argue
 }
playlist-decide = Put it in order
playlist-decide-line = Give each song that's in a number. Leave the number empty for what stays out, and say why not: somebody brought it with a reason.
playlist-number = Number
playlist-why-not = Why not
playlist-decide-keep = That's the list
playlist-wrong-twice = Two songs have this number.
playlist-wrong-why-not = Say why it stays out, or give it a number.
playlist-wrong-file = Line or track { $at } can't be read. Nothing was taken.
playlist-wrong-nameless = Line or track { $at } has no artist or no title. Nothing was taken.
playlist-wrong-long = Line or track { $at } is longer than a song or a reason can be here. Nothing was taken.
playlist-wrong-empty = There's no song in it that we can see.
playlist-wrong-many = More than 500 songs. Nothing was taken.
playlist-file = The file
playlist-paste = Or paste it here
playlist-take-line = As a file for a player, or to read:
playlist-take-back = Take it back
playlist-closed = This call is closed. What was suggested stands.
playlist-decided = The list is in order now. Say it in a comment.
playlist-full = Two hundred suggestions are enough for one list.
playlist-has-it = That song is suggested here already. Say what you think of it there.
playlist-not-yours = Only whoever asked for the list can change it.
playlist-not-your-suggestion = That suggestion isn't yours to take back.
playlist-others = Others put songs into this list, so it's theirs, too. Ask whoever looks after the library to take it down.
playlist-changed-meanwhile = This list was changed while you were writing. Nothing of yours is lost: it stands below.
done-playlist-open = It's open. People can bring songs now.
done-suggested = It's in the running.
done-unsuggested = Taken back.
done-said = Said.
done-playlist-kept = Kept.
done-playlist-decided = That's the list.
done-playlist-brought = It's here, songs and all.
playlist-more-came = Somebody suggested another song while you were deciding. Nothing is decided yet, and nothing of yours is lost: it stands below with the rest.
act-playlist-withdrawn = took a list off the shelf
act-playlist-lifted = put a list back on the shelf
