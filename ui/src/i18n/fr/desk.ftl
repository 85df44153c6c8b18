# Notifications sur le bureau. Jamais ce que quelqu’un a écrit.
desk-title = Pelure
desk-message = Vous avez un nouveau message.
desk-message-from = { $name } vous a écrit.
desk-file = On vous propose un fichier.
desk-file-from = { $name } vous propose un fichier.
desk-request = Quelqu’un demande à devenir un contact.
