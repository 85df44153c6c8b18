### People: adding, requests, details, addresses, safety words.

## Add a contact.
add-title = Add a contact
add-identity = They will see this identity of yours
add-address = Their address
add-not-an-address = This does not look like an onion address yet: 56 letters and digits from a to z and 2 to 7, the last one a “d”.
add-known = You have this contact already: { $name }.
add-picture = From a picture of a QR code
add-clipboard = From the clipboard’s picture
add-name = A name for them
add-name-note = Only you see this name.
add-words = A few words for them (optional)
add-words-left = { $count ->
        [one] { $count } character left
       *[other] { $count } characters left
    }
add-words-note = They cannot check what you write here. Only an address says who somebody is.
add-send = Ask them
add-asked = { $name } is being asked.
add-next = Your request leaves as soon as their Pelure can be reached, and is repeated until they answer. When they accept, you can write to each other. You are not told if they decline.
add-done = Done

## My address.
address-title = My address
address-what = Anyone with this address can ask to talk to you. It does not say who or where you are.
address-copy = Copy the address
address-qr = Your address as a QR code
address-save = Save the QR code as a picture

## Identities.
identity-new-title = New identity
identity-new-what = An identity has an address and contacts of its own. People who know one cannot tell from its address that another one is yours.
identity-name = A name for this identity
identity-name-note = Only you see this name.
identity-linked = Both come and go with this machine: somebody who watches them for long may suspect one person. Where this matters, use two machines.
identity-make = Create the identity
identity-remove-title = Remove an identity
identity-remove-what = { $contacts ->
        [0] This deletes its address and its requests from this machine. It has no contacts. Nobody can bring the address back, except from a backup that you made.
        [one] This deletes its address, its contact and all messages with it from this machine. Nobody can bring them back, except from a backup that you made.
       *[other] This deletes its address, its { $contacts } contacts and all messages with them from this machine. Nobody can bring them back, except from a backup that you made.
    }
identity-remove-told = Its contacts are told nothing. To them you are offline from now on. They keep what they have.
identity-remove-sure = I no longer need this address
identity-remove-do = Remove this identity

## Safety words.
safety-title = Safety words with { $name }
safety-how = Compare these words with { $name } by another way: face to face, or on a call where you know the voice. Both of you must see the same words in the same order.
safety-wait = The words are being worked out.
safety-languages = If you use different languages, compare the digits.
safety-verified = You compared them, and they matched.
safety-match = They match
safety-differ = They do not match
safety-means = If they match, you are talking to the address that { $name } gave you, and to no one in between.
safety-mismatch = Then this is not the address of { $name }. Do not write anything here that others must not read. Ask { $name } for the address again, by another way.

## Names.
rename-title = Rename { $name }
rename-name = A name for them
rename-do = Rename

## Removal.
remove-title = Remove { $name }?
remove-what = This deletes from this machine: the contact and its name, all messages with them, drafts, reactions and requests. It cannot be undone.
remove-told = They are told nothing. To them you are offline from now on.
remove-kept = What they have on their side stays there.
remove-do = Remove contact and messages

## Export.
export-title = Export as text
export-what = This writes the whole conversation into one text file.
export-clear = The file is not encrypted. Whoever finds it can read it, and deleting it later may leave traces on the disk.
export-write = Write the file
path-read = The path of the picture
path-write = Where to, as a path; the file must not exist yet
path-none = This desktop offers no file dialog, so the path must be typed.

## Details.
details-title = Details
details-close = Close the details
details-back = Back to the conversation
details-rename = Rename
details-blocked = Blocked: nothing comes through, and they are told nothing.
details-requested = Asked; they have not answered yet.
details-address = Address
details-copy = Copy the address
details-safety = Safety words
details-verified = Compared, and they matched
details-unverified = Not compared yet
details-compare = Compare the safety words
details-expiry = Disappearing messages
details-expiry-off = Off
details-expiry-minutes = After 5 minutes
details-expiry-hour = After 1 hour
details-expiry-day = After 1 day
details-expiry-week = After 1 week
details-expiry-weeks = After 4 weeks
details-expiry-other = After { $span }
details-expiry-note = This holds for both of you, and { $name } sees it. The time of a message runs from when it is displayed, for yours from when it arrives: one that has not arrived yet stays until then. It tidies up; it does not stop { $name } from keeping a copy.
details-receipts = Read receipts
details-receipts-mine = Tell them when I have read a message
details-receipts-off = Off. They work only when both of you want them.
details-receipts-waiting = You want them; { $name } does not, or has not been online since. Nothing is sent until both do.
details-receipts-asked = { $name } wants them; you do not. Nothing is sent until both do.
details-receipts-both = On: you and { $name } see when a message was read.
details-more = More
details-export = Export the conversation as text
details-block = Block this contact
details-unblock = Unblock this contact
details-block-note = Whom you block is told nothing: to them you are offline.
details-remove = Remove this contact

## Requests.
requests-title = Requests
requests-back = Back to the list
requests-note = Only the address says who somebody is. If it does not tell you anything, ask by another way whether it is theirs.
requests-none = Nobody is asking at the moment.
requests-when = Asked: { $when }
requests-when-for = Asked: { $when }, for your identity { $identity }
requests-address-more = Show the whole address
requests-address-less = Shorten the address
requests-copy = Copy the address
requests-they-say = They say:
requests-no-words = They wrote nothing with it.
requests-lookalikes = This text contains characters that look like others.
requests-replaced = Hidden characters in this text were replaced.
requests-accept = Accept
requests-decline = Decline
requests-block = Block
requests-choices = Accept: you can write to each other. Decline: this request goes, also when it is repeated; one with other words would be shown. Block: nothing from this address is shown any more; the settings undo that. Unless you accept, they are told nothing.
requests-name = A name for them
requests-name-note = Only you see this name. Choose it yourself; do not take it from their words.
requests-accept-now = Accept under this name
requests-block-what = They can no longer ask this identity, and are told nothing. The settings list who is blocked, and undo it.
requests-block-now = Block this address
