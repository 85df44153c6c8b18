### common
close = Close
cancel = Cancel
copied = Copied.

fault-already-exists = It is there already. Choose another name or place.
fault-bad-address = This is not an onion address. It has 56 letters and digits, then “.onion”; one of them may be wrong.
fault-bad-name = This cannot be a name: it is empty, longer than 64 characters, or holds an invisible character.
fault-blocked = This contact is blocked. Unblock them first.
fault-clipboard-slow = The program that holds the clipboard did not answer. Copy again, then paste.
fault-damaged = The file is damaged and cannot be read.
fault-disk-full = The disk is full. Free some space and try again.
fault-empty = There is nothing to send yet.
fault-file-changed = The file changed or went away while it was read. Choose it again.
fault-file-name = The name of this file is not text that can be sent. Give it another name first.
fault-file-too-large = This is larger than 64 GiB, the most that can be sent.
fault-folder-too-large = This folder holds more than 10,000 files, or folders in folders too deep. Send a part of it.
fault-in-use = Another Pelure has this profile open. Close it first.
fault-no-picture = The clipboard holds no picture.
fault-no-qr = There is no QR code in this picture.
fault-no-tmpfs = This machine has no directory in memory, so nothing can be kept off the disk here.
fault-not-a-file = This is neither a file nor a folder that can be read.
fault-bad-detour = Nothing was changed: mend or remove what is marked first.
fault-not-allowed-now = That is not possible now.
fault-not-found = It is no longer there.
fault-note-unreadable = This is not a voice note that can be played.
fault-own-address = This is your own address.
fault-permission = This file or folder may not be read or written. Choose another place.
fault-picture-unreadable = This is not a picture, or it is too large to be read.
fault-storage = The disk failed: { $words }
fault-too-long = This is too long.
fault-too-many = These are too many at once. Send them in several parts, or as a folder.
fault-too-new = This was written by a newer version of Pelure. Update to open it.
fault-tor = Tor could not be started: { $words }
fault-wrong-passphrase = The passphrase is wrong.

back = Back
next = Next

passphrase-reveal = Show the passphrase
passphrase-reveal-again = Show the repeated passphrase

strength-weak = Weak
strength-fair = Fair
strength-good = Strong
# What somebody with a copy of the profile and rented computers could do; each guess is made slow on purpose.
strength-at-once = Somebody with a copy of the profile and ten thousand computers would find it within the hour.
strength-hours = Somebody with a copy of the profile and ten thousand computers would need about { $count ->
    [one] an hour
   *[other] { $count } hours
} to find it.
strength-days = Somebody with a copy of the profile and ten thousand computers would need about { $count } days to find it.
strength-months = Somebody with a copy of the profile and ten thousand computers would need about { $count } months to find it.
strength-years = Somebody with a copy of the profile and ten thousand computers would need about { $count } years to find it.
strength-longer = Somebody with a copy of the profile and ten thousand computers would need more than a thousand years to find it.

done-backed-up = The backup is written.
done-exported = The conversation is written as text. That file is not sealed: anyone who opens it can read it.
done-file-saved = The file is saved. There it is not encrypted.
done-passphrase-changed = The passphrase is changed.
done-qr-saved = The picture is saved.
notice-dismiss = Dismiss: { $notice }
