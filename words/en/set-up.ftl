# The page that a host meets first, and init in the terminal.
set-up = Set this house up
set-up-token-line = The token stands on the console of the machine that runs this, at the end of the address.
set-up-token = The token from the console
set-up-wrong-token = That isn't the token on the console. It is made anew at every start.
set-up-on = Go on
set-up-step-house = Step 1 of 2 · the house
set-up-house-line = Four things to begin with. Whoever holds the duty for it can change all of them later, but for the pack.
set-up-name = What is it called?
set-up-name-hint = People see it on every page. Your own name for it, not ours.
set-up-pack = Whose house is it?
set-up-pack-hint = The pack brings the words, feelings, duties and first pages.
set-up-pack-metal = Metalheads
set-up-pack-plain = Any other community, in plain words
set-up-step-person = Step 2 of 2 · you
set-up-person = The first person in
set-up-person-line = An account like everybody else's, and the seats to keep the place running until others take them.
set-up-nickname = Nickname
set-up-nickname-hint = Everybody sees it. It doesn't have to be your name.
set-up-password = Password
set-up-password-hint = Eight characters or more. Long is better than clever. There is no mail to get it back by.
set-up-age = How old are you?
set-up-age-18 = 18 or over
set-up-age-16 = 16 or 17
set-up-seats = Which seats do you take?
set-up-seats-hint = For 90 days, in the open. Take fewer if somebody else is coming; nobody should hold them all for long. Those that see private things begin to work once you have set up a second way of showing it's you, in your settings.
set-up-open-house = Open the house
done-founded = The house is open, and you're in. Your name up there leads to everything of yours: ways in, seats, invitations.

# What the host did at the console, in the list of acts.
act-founded = set the house up
act-pack = gave the house other words
pack-why = The host gave the house the words, feelings and duties of “{ $name }”.
act-emergency-seat = opened a seat in an emergency, for a week
