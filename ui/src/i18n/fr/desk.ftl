# Notifications sur le bureau. Jamais ce que quelqu’un a écrit.
desk-title = Pelure
desk-message = Vous avez un nouveau message.
desk-message-from = { $name } vous a écrit.
desk-request = Quelqu’un demande à devenir un contact.
