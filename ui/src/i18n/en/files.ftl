### Files: choosing, sending, receiving, keeping.

## Sizes.

size-bytes = { $n } { $n ->
    [one] byte
   *[other] bytes
}
size-kilo = { $whole }{ $tenth ->
    [0] { "" }
   *[other] .{ $tenth }
} kB
size-mega = { $whole }{ $tenth ->
    [0] { "" }
   *[other] .{ $tenth }
} MB
size-giga = { $whole }{ $tenth ->
    [0] { "" }
   *[other] .{ $tenth }
} GB
size-part = { $done } of { $whole }
size-rate = { $size }/s

## A file in the conversation.

file-folder = Folder of { $files } { $files ->
    [one] file
   *[other] files
}, { $size }
file-row = File { $file }, { $kind }, { $state }
file-act = { $act }: { $file }
file-progress = Progress
file-picture = Picture
file-word-offered = offered
file-word-waiting = waiting
file-word-active = under way
file-word-paused = paused
file-word-done = done
file-word-declined = declined
file-word-cancelled = cancelled
file-word-failed = failed
file-queued = Queued. It is offered as soon as { $name } is online.
file-offered = Offered. Nothing is loaded before you accept.
file-offered-mine = Offered. { $name } has not answered yet.
file-waiting = Accepted. It comes as soon as { $name } can send it.
file-waiting-mine = Accepted. It leaves as soon as { $name } can take it.
file-left = { $span } left
file-paused = Paused at { $part }.
file-done = Received whole. It is kept encrypted here.
file-done-mine = { $name } has received it whole.
file-declined = You declined it.
file-declined-mine = { $name } declined it.
file-cancelled = Cancelled.
file-failed = It could not be sent.
file-harm = Files can harm this machine. Accept and open only what you expect.
file-removed = Removed before sending: { $what }.
file-accept = Accept
file-decline = Decline
file-pause = Pause
file-resume = Resume
file-cancel = Cancel
file-save = Save as
file-show = Show
file-hide = Hide
file-delete = Delete
file-delete-note = The file and this message are deleted from this machine. If you did not save it, you cannot get it back.
file-delete-do = Delete the file

## What stands in the way.

trouble-asked-too-much = Stopped: this program asked for the same parts too often.
trouble-asked-too-much-mine = Stopped: the program of { $name } asked for the same parts too often.
trouble-damaged = Stopped: what came is not what { $name } offered.
trouble-damaged-mine = Stopped: what { $name } received was damaged.
trouble-no-space = The disk is full. Free some space, then resume.
trouble-no-space-mine = The disk of { $name } is full. It goes on when there is space again.
trouble-not-in-backup = It is not in the backup that was restored. Ask for it again.
trouble-refused = Stopped: the two programs do not agree about this file.
trouble-source-changed = Stopped: the file changed while { $name } was sending it. Ask for it again.
trouble-source-changed-mine = Stopped: the file changed while it was being sent. Send it again.
trouble-source-gone = Stopped: { $name } no longer has the file where it was.
trouble-source-gone-mine = Stopped: the file is no longer where it was. Send it again from its new place.
trouble-too-many-offers = Not taken: too many files of { $name } wait for your answer.
trouble-too-many-offers-mine = Not taken: too many of your files wait for the answer of { $name }. Send it again later.

## Choosing what to send.

attach = Send a file
attach-files = Files
attach-folder = A folder
attach-clipboard = Picture from the clipboard
attach-drop = Drop here to send to { $name }
attach-leaving = Preparing { $file }
attach-refused = { $file } was not sent. { $why }
attach-stop = Stop preparing { $file }
attach-dismiss = Dismiss: { $file }

## Before it is sent.

send-title = Send to { $name }
send-name = Sent under this name
send-name-bad = A name is needed: at most 255 bytes, and without “/”.
send-remove = Leave out { $file }
send-looking = Looking into it.
send-removed = Removed before sending: { $what }.
send-stays = Sent with it: { $what }.
send-kept = Stays in it, because it is part of what it says: { $what }.
send-uncleaned = Sent as it is, because it cannot be cleaned: { $why }.
send-uncleaned-some = Some of its files are sent as they are. Why they cannot be cleaned: { $why }.
send-nothing = Nothing was found in it that says who made it.
send-clean = Clean before sending
send-clean-note = Takes out what a file says about who made it, where, when and with what. What can be seen or read in it stays.
send-add-files = Add files
send-add-folder = Add a folder
send-add-typed = Add
send-do = { $count ->
    [0] Send the file
    [1] Send the file
   *[other] Send { $count } files
}
path-send = The path of a file or folder

clean-appended = what was put behind the picture
clean-author = author
clean-camera = camera
clean-colour-profile = colours of a device
clean-comment = comments
clean-document-properties = document properties
clean-editing-history = editing history
clean-identifiers = identifying numbers
clean-other = other data
clean-position = GPS position
clean-software = software
clean-thumbnail = preview picture
clean-times = times
kept-attachments = attached files
kept-comments = comments in the margin
kept-form-data = what was filled into a form
kept-layers = layers, which may be hidden
kept-pictures = pictures that could not be looked into
kept-scripts = small programs
unclean-archive = an archive may name people and machines
unclean-audio = a recording may say who made it and with what
unclean-damaged = it is damaged
unclean-office = an office document may name its author and hold earlier versions
unclean-other = its kind is not known
unclean-picture = a picture of this kind may hold a position and the camera
unclean-protected = it is protected by a password
unclean-signed = it is signed, and cleaning would break the signature
unclean-text = it is plain text, and all it says can be read in it
unclean-too-large = it is too large
unclean-video = a video may hold a position and the camera

## Saving.

save-title = Save the file
save-clear = The saved file is not encrypted. Whoever finds it can read it, and deleting it later may leave traces on the disk.
save-do = Save

## The list in the details.

files-title = Files
files-none = No files with { $name } yet.
files-more = { $count ->
    [one] Show { $count } more
   *[other] Show { $count } more
}
files-theirs = received
files-mine = sent
files-row-theirs = Received: { $file }, { $kind }, { $state }
files-row-mine = Sent: { $file }, { $kind }, { $state }
