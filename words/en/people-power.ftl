# Duties, seats and acts.
duties = Who holds what
duties-line = Nobody here is in charge. Some people look after one thing each, for a while, and hand it on.
duties-every = Each of these is a bundle of small permissions, held in a seat with an end date. Nothing else gives anybody any: not how long they've been here, not what they know, not what they've lived through.
duties-names = Who they are is for members to see. How each seat was filled, and from when to when, is for everybody.
duty-nobody = Nobody holds this.
duty-only-one = Only one person holds this.
duty-people = { $count } people hold this.
duty-seats = { $seats ->
    [one] One seat, { $days } days at most.
   *[other] { $seats } seats, { $days } days each at most.
  }
duty-seats-of = Seats: { $duty }
duty-can = What it lets somebody do
duty-nothing-else = Nothing else. Every time it is used, that is written down.
duty-private = It sees things that were said in private, so it takes a second way of showing it's you, besides the password.
duty-now = Who holds it now
duty-before = Who held it before
duty-before-none = Nobody yet. This is the first round.
duty-before-no-more = No older ones.
duty-host = the host
duty-members = members together

can-welcome = Invite people in.
can-read-requests = Read requests to join, and say yes or no with a reason.
can-tend-library = Correct what a song is called, put together what is there twice, take off what should not stand in the library, and put it back.
can-tend-talk = Fold or withdraw a comment.
can-tend-pages = Write and change the community's own pages.
can-keep-helplines = Correct helplines and say when they were checked.
can-fill-seats = Ask people to take seats, and end seats.
can-issue-claims = Hand a name from the old site to the person it belongs to.
can-second-look = Answer somebody who asks for a second look at what another seat did. Comes with every seat; what they wrote about it is private, so it takes a second way of showing it's you.
can-change-settings = Change what this place is called, how people join, whether members invite, and whose numbers come first.

seat-who = Who
seat-free = A free seat
seat-filled = How it was filled
seat-since = Since
seat-until = Until
seat-ended = Ended
seat-ended-why = Why
seat-ended-term = The term was over.
seat-ended-handed-back = Handed back.
seat-ended-left = They left this place.
seat-ended-early = Ended before its time:
filled-founding = from the founding
filled-invitation = by invitation
filled-open-call = by open call
filled-draw = by draw
filled-emergency = by the host in an emergency, for a week

seats-mine = Your seats
seats-mine-line = You can hand any of them back, today, without a reason. That's not letting anybody down.
seats-offered = You were asked
seats-held = Held now
seats-held-none = None. Nothing wrong with that.
seats-past = Before
seat-hand-back = Hand it back
seat-hand-back-line = It ends now. Nobody asks why, and you can be asked again when you like.
seat-hand-back-why = A line for whoever comes next, if you like
seat-not-yours = Only whoever holds this seat can hand it back, and only while they hold it.
seat-over = This seat is over already.
seat-end = End this seat
seat-end-line = Whoever holds it is told, with your reason, and can ask for a second look. They can also hand it back themselves: ask first.
seat-fill = Fill a seat
seat-fill-line = You ask; they decide. The seat begins when they say yes, and they have a fortnight to think.
seat-name = Who do you want to ask?
seat-name-hint = Their name here, as they write it.
seat-how = How did you come to them?
seat-days = For how many days?
seat-ask = Ask them
seat-wrong-nobody = Nobody here has that name.
seat-wrong-oneself = Not yourself. Somebody else who fills seats can ask you.
seat-wrong-full = Every seat of this duty is held or offered. End one first, or wait.
seat-wrong-has-one = They hold one of these already, or were asked a moment ago.
seat-term = For
seat-term-days = { $days } days from the day you say yes
seat-offer-line = Say no if it isn't for you right now. No reason needed, and a no doesn't stand in the log.
seat-offer-yes = Yes, I'll hold it
seat-offer-no = Not me, not now
seat-offer-by = { $name } asked you, saying:
seat-offer-open = Open until
seat-offer-look = Have a look
seat-offer-over = This was answered already, taken back, or the time for it is over.
seat-offer-waits = was asked; may answer until
seat-offer-take-back = Take the offer back
seat-offer-take-back-line = Whoever was asked is told, with your reason.
seat-renewable = { $name } holds this from the founding, and it ends soon.
seat-renewable-look = Should it go on?
seat-renew = Should it go on?
seat-renew-line = It ends on its date by itself. It goes on for ninety more days only if two members who hold no seat say so.
seat-seconded = { $count ->
    [0] Nobody has said so yet.
    [one] One of two has said so.
   *[other] { $count } have said so.
  }
seat-second = It may go on
seat-seconding-too-new = You came in a moment ago. After two weeks your word counts here.
seat-seconding-let-in-by = You came in by a link from whoever holds this seat. It takes somebody who didn't.
seat-seconding-holds-one = Whoever holds a seat can't say so: it takes people who hold none.
seat-not-up-for-renewal = Only a seat from the founding can go on this way, and only in its last thirty days.

refusal-second-factor = The seat that this needs sees things that were said in private. Before you use it, set up a second way of showing it's you: digits from an app, or passkeys alone.
refusal-second-factor-link = Set one up
refusal-one-factor = The seat that this needs sees things that were said in private. When you came in you showed one thing alone; sign in again with two: your password and the six digits, or a passkey.
refusal-one-factor-keys = What lets you in opens your seat, too, so it is changed only by whoever shows two things: sign in again with your password and the six digits, or a passkey. If you can't any more, hand the seat back first.
refusal-one-factor-link = Sign in again

acts-line = Every time somebody uses a duty, it stands here: what, on what, why, and from which seat. Whom it touched doesn't, but they are told.
acts-totals-line = Every time somebody here uses a duty, it is written down with a reason. Members read all of it; these are the totals.
acts-totals = Acts in each month
acts-month = Month
acts-duty = Duty
acts-count = How often
acts-members = Members read each one: sign in
acts-none = Nothing was done yet
acts-none-more = No duty was used so far. When one is, it stands here.
act = What was done
act-on = On what
act-on-act = what was done before
act-on-gone = no longer here
act-why = Why
act-why-hint = Said so that the person it belongs to would call it fair. It stays in the log.
act-why-members = None needed: two members said so.
act-why-emptied = The reason was emptied by whoever wrote it.
act-by = Who, and from which seat
act-by-host = the host, at the console
act-rule = Under which rule
act-rule-duty = What this seat may do
act-rule-members = Two members who hold no seat may renew one from the founding.
act-rule-host = The host can do this at the console, in the open.
act-when = When
act-affects-you = This was about something of yours.
act-your-words = Your words
act-your-words-line = As they stood then. Only you see this copy, and whoever looks again if you ask.
act-their-words = The words it was about
act-words-emptied = Emptied by whoever they belonged to.
act-seat-offered = asked somebody to take a seat
act-seat-offer-taken-back = took back the offer of a seat
act-seat-ended = ended a seat before its time
act-seat-renewed = let a founding seat go on
act-second-look-stands = looked again: it stands
act-second-look-wrong = looked again: it was wrong

second-look = A second look
second-look-line = Wrong, or unfair? Say so. Somebody in another seat looks again and answers in the open, with a reason. What you write here stays out of the open: only people in other seats read it, with what you wrote then.
second-look-words = What did they miss?
second-look-ask = Ask for a second look
second-look-asked = Asked for on
second-look-waits = Nobody has answered yet.
second-look-wrong-next = Whoever did it was told, and it is theirs to put right.
second-look-read = Read the answer
second-look-not-yours = Only the person it was about can ask for a second look.
second-look-own = Somebody else has to look: not whoever did it, and not whom it was about.
second-look-answered = Somebody has answered already.
second-looks = Second looks
second-looks-line = People who ask somebody in another seat to look again. Your answer stands in the log.
second-looks-none = Nobody is waiting for one
second-looks-for-others = { $count ->
    [one] One waits that only somebody else can take: you did it, or it was about you.
   *[other] { $count } wait that only somebody else can take: you did it, or it was about you.
  }
second-look-nobody = Right now nobody else holds a seat who could look. It waits until somebody does.
second-look-said = What they say
second-look-what = Your answer
second-look-stands = It stands
second-look-wrong = It was wrong: whoever did it puts it right
second-look-answer = Answer

notices = For you
notices-line = What somebody with a duty did about something of yours, and why.
notices-none = Nothing right now
notices-none-more = When somebody with a duty does something about yours, you read here what and why. And how to ask for a second look.
notices-see = I've seen these
notice-new = new
not-now = Not now

done-seat-offered = Asked. The seat begins when they say yes.
done-seat-taken = The seat is yours from now on. It can be handed back any day.
done-seat-declined = That's a no, then. Thank you for looking.
done-seat-handed-back = Handed back. Thank you for holding it.
done-seat-seconded = Said. One more and it goes on.
done-seat-renewed = That makes two: it goes on for ninety days.
done-second-look = Asked. Somebody in another seat will look, and you are told.
done-second-look-alone = Asked. Right now nobody else holds a seat who could look; it waits here until somebody does, and then you are told.
