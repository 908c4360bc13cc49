# What stands around every page.
skip = Skip to the page
help-now = Help now
leave-fast = Leave fast
rooms = Rooms
search = Search
the-list = The list
notices-waiting = { $count } for you
foot-duties = Who holds what
foot-acts = What was done and why
foot-what-we-keep = What we keep about you
foot-feeds = Feeds
foot-leave = “Leave fast” opens a weather page. It can't clear your browser's history.
foot-leave-how = How to do that
theme = Lights
theme-machine = as my machine
theme-dark = dark
theme-light = light

# What more than one room says.
nameless = somebody
undo = Take it back
pager = More pages
pager-older = Older
tend-why = Why
tend-why-hint = Said so that the person it belongs to would call it fair.
done-act = Done, and written into the log.

# What is wrong with a form. Each stands at its field.
wrong-heading = That didn't go through yet
wrong-missing = This one can't be empty.
wrong-too-short = At least { $min } characters.
wrong-too-long = { $max } characters at most. This is { $now }.
choose = Choose one
wrong-choose = Choose one of these.
wrong-number = A whole number from { $min } to { $max }.

# Why the house says no.
refusal-yours = What you wrote
refusal-yours-line = It is still here. Copy it before you leave this page.
refusal-home = Back to the front door
refusal-not-found = Nothing here
refusal-not-found-more = It was never here, or not everybody may see it. No hard feelings either way.
refusal-gone = It was here
refusal-gone-more = Whoever it belonged to took it away. That is their right.
refusal-withdrawn-more = Somebody who looks after this place took it off. Members can read who did and why.
refusal-sign-in = Sign in first
refusal-sign-in-more = This one needs you signed in.
refusal-not-yours = Not yours to change
refusal-no-duty = That needs a duty you don't hold right now. Who holds it stands under “Who holds what”.
refusal-from-elsewhere = That came from another site, so nothing was changed. Open the page here and try again.
refusal-not-before = One thing first
refusal-not-now = Not right now
refusal-clash = Somebody was quicker, or what this belongs to is gone. Nothing was changed. Go back, look again, and try once more.
refusal-not-like-this = That can't be read
refusal-not-a-form = What arrived wasn't a form from one of our pages. Nothing was changed.
refusal-not-text = Part of what arrived isn't text we can read. Nothing was changed.
refusal-too-long = Too much at once
refusal-too-long-more = That is bigger than we can take in one go. Nothing was changed; go back and send less.
refusal-too-slow = It didn't all get here
refusal-too-slow-more = The line was too slow, or broke off. Nothing was changed. What you wrote may still be there when you go back; try again, or send less at once.
refusal-too-many = Slow down
refusal-too-many-more = That was a lot in a short time. Nothing was changed. Wait ten or fifteen minutes, then try again.
refusal-busy = Full house
refusal-busy-more = More people than we can carry this second. Try again in a few seconds. Help now still works.
refusal-away = Back in a moment
refusal-away-more = What we keep is out of reach right now, and it isn't you. Try again in a minute. Help now still works.
refusal-cannot-write = We can't keep anything right now
refusal-cannot-write-more = The disk is full or locked. Reading still works, and so does Help now. Copy what you wrote somewhere safe; whoever looks after the machine has to make room.
refusal-broken = We broke something
refusal-broken-more = That was us, not you. It is written down for whoever looks after the machine. What you sent may not be kept.

# A number to ring.
helpline-stale = more than ninety days ago, so it may have changed
helpline-unchecked = to be checked by the host
helpline-checked = checked
helpline-site = their site
helpline-by-text = text
