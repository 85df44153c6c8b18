### The conversation: presence, messages, writing, search.

## Days and spans.

day-today = Today
day-yesterday = Yesterday
day-this-year =
    { $weekday ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    } { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
day-other-year = { day-this-year } { $year }
day-of-week =
    { $weekday ->
        [1] Mon
        [2] Tue
        [3] Wed
        [4] Thu
        [5] Fri
        [6] Sat
       *[7] Sun
    }
day-short =
    { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }
day-short-year = { day-short } { $year }
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } { $n ->
        [one] day
       *[other] days
    }

## Presence.

presence-online = online
presence-connecting = connecting
presence-offline = offline
talk-online = { $name } is online.
talk-connecting = Connecting, attempt { $attempt }, { $span }.
talk-retry-in = Trying again in { $span }.
talk-retry-soon = Trying again now.
talk-retry = Retry now
why-about-to-try = { $name } has not been tried yet.
why-closed = { $name } is not reachable: their door is open to contacts only, and you are not one of them.
why-handshake-timeout = { $name } is not reachable: their program answered too slowly.
why-introduction-failed = { $name } is not reachable: the relays that lead to them did not answer.
why-left = { $name } went offline.
why-lost = The connection to { $name } was lost.
why-network = { $name } is not reachable: the Tor network failed on the way.
why-not-accepted = { $name } has not accepted your request yet.
why-not-found = { $name } is not reachable: Tor found no trace of their service.
why-outdated = You and { $name } cannot connect: one of the two programs is too old.
why-protocol = The connection to { $name } was closed: what their program sent made no sense.
why-refused = { $name } is not reachable: their service refused the connection.
why-silent = { $name } stopped answering.
why-storage = This computer could not store something, so { $name } is not connected.
why-timeout = { $name } is not reachable: it took too long.
why-tor-blocked = Tor is blocked here, so nobody can be reached.
why-tor-connecting = Tor is still connecting.
why-unreachable = { $name } is not reachable; the Tor of this computer does not say why.
why-you-are-offline = You are offline, or appear to be.

## The conversation.

talk-nobody = Choose a conversation.
talk-loading = Loading the conversation with { $name }.
talk-empty = No messages with { $name } yet.
talk-show-details = Show details
talk-hide-details = Hide details
talk-verified = verified
talk-receipts = read receipts
talk-disappearing = disappear after { $span }
talk-requested = { $name } has not answered your request yet. What you write waits until then.
talk-blocked = You blocked { $name }. Nothing from them arrives, and they are not told.
talk-unblock = Unblock
talk-restored = The program of { $name } was restored from a backup. If they did not do that, somebody else may be using it: ask them another way.
talk-restored-seen = I have seen this
talk-new-messages = New messages
talk-you = You
talk-deleted = This message was deleted.
talk-edited = edited
talk-show-all = Show all
talk-state-queued = queued
talk-state-sent = sent
talk-state-delivered = delivered
talk-state-read = read
talk-state-recalled = recalled
talk-state-failed = failed
talk-queued-note = Queued. It leaves as soon as { $name } is online.
talk-row-theirs = { $name }, { $time }: { $text }
talk-row-mine = You, { $time }, { $state }: { $text }
talk-quote = In reply to: { $text }
talk-reaction-mine = Your reaction: { $emoji }
talk-reaction-theirs = Reaction of { $name }: { $emoji }
talk-newest = { $count ->
    [0] Go to the newest message
    [one] Go to the newest message, { $count } new
   *[other] Go to the newest message, { $count } new
}

## What can be done with a message.

talk-reply = Reply
talk-react = React
talk-react-other = Other reaction
talk-more = More
talk-copy = Copy text
talk-copy-name = Copy the name
talk-forward = Forward
talk-edit = Edit
talk-history = Earlier versions
talk-recall = Take back
talk-delete-here = Delete here only
talk-delete-both = Delete for both
talk-delete-both-note = The message disappears here and in the program of { $name }. { $name } may have kept a copy.
talk-copy-link = Copy link { $link }
talk-link-warning = Opening a link elsewhere may tell others who you are.

## Writing.

talk-write = Message to { $name }
talk-send = Send
talk-save = Save the change
talk-emoji = Emoji
talk-editing = Edit
talk-replying = Reply to { $name }
talk-replying-self = Reply to yourself
talk-paste-refused = Not pasted: the message would have { $bytes } bytes, and { $most } is the most.
talk-too-long = Too long by { $over } { $over ->
    [one] byte
   *[other] bytes
}.
talk-bytes-left = { $left } { $left ->
    [one] byte
   *[other] bytes
} left.

## Emoji.

emoji-search = Search emoji by English name
emoji-none = No emoji has this name.
emoji-recent = Recent
emoji-smileys = Smileys
emoji-people = People
emoji-animals = Animals and nature
emoji-food = Food and drink
emoji-travel = Travel and places
emoji-activities = Activities
emoji-objects = Objects
emoji-symbols = Symbols
emoji-flags = Flags

## The list of contacts.

people-requests = Requests ({ $count })
people-filter = Find a contact
people-none = No contact has this name.
people-nobody = No contacts yet.
people-empty = Nobody here yet. Give your address to somebody you trust, or add theirs.
people-copy-address = Copy the address
people-more-address = More about the address
people-qr = QR code of your address
people-add = Add a contact
people-blocked = blocked
people-requested = waiting for an answer
people-draft = draft: { $text }
people-you = you: { $text }
people-file = file: { $name }
people-row = { $state }{ $verified ->
    [yes] , verified
   *[no] { "" }
}{ $unread ->
    [0] { "" }
   *[other] , { $unread } unread
}. { $text }

## The bar across the top.

top-menu = Menu
top-settings = Settings
top-help = Help
top-quit = Quit
top-lock = Lock
top-add = Add a contact
top-search = Search all messages
top-search-end = End the search
top-identity = Identity: { $name }
top-everybody = All identities
top-new-identity = New identity
top-show = Show only { $name }
top-address = Address of { $name }
top-hide = Appear offline as { $name }
top-unhide = Appear online as { $name }
top-tor-off = Tor: off
top-tor-connecting = Tor: connecting, { $percent } %
top-tor-blocked = Tor: blocked
top-tor-ready = Tor: connected
top-tor-unreachable = Tor: connected, not reachable yet

## Search.

found-title = Found messages
found-looking = Searching.
found-count = { $count ->
    [0] Nothing found for “{ $query }”.
    [one] { $count } message with “{ $query }”.
   *[other] { $count } messages with “{ $query }”.
}
found-more = The newest { $count } messages with “{ $query }”. There are more.
found-row = { $time }, { $text }

## Dialogs about a message.

forward-title = Forward
forward-note = The text is sent as if you had written it. Who wrote it first is not said.
forward-find = To whom
forward-to = Send to { $name }
forward-nobody = No other contact of this identity has this name.
forward-more = There are more. Write a part of the name.
history-title = Earlier versions
history-loading = Looking up what it said before.
history-note = The other side has these versions, too.
history-until = Until { $day }, { $time }
long-title = The whole message
long-piece = Part { $piece } of { $count }
long-earlier = Earlier part
long-later = Later part
