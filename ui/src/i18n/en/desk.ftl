# Notifications on the desktop. Never what somebody wrote.
desk-title = Pelure
desk-message = You have a new message.
desk-message-from = { $name } has written to you.
desk-call = Somebody is calling you.
desk-call-from = { $name } is calling you.
desk-file = A file is offered to you.
desk-file-from = { $name } offers you a file.
desk-request = Somebody asks to be a contact.
