# Notifications sur le bureau. Jamais ce que quelqu’un a écrit.
desk-title = Pelure
desk-message = Vous avez un nouveau message.
desk-message-from = { $name } vous a écrit.
desk-call = Quelqu’un vous appelle.
desk-call-from = { $name } vous appelle.
desk-file = On vous propose un fichier.
desk-file-from = { $name } vous propose un fichier.
desk-request = Quelqu’un demande à devenir un contact.
