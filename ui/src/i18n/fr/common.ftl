### common
close = Fermer
cancel = Annuler
copied = Copié.

fault-already-exists = Cela existe déjà. Choisissez un autre nom ou un autre endroit.
fault-bad-address = Ce n’est pas une adresse onion. Elle compte 56 lettres et chiffres, puis « .onion » ; l’un d’eux est peut-être faux.
fault-bad-name = Ce nom ne convient pas : il est vide, dépasse 64 caractères ou contient un caractère invisible.
fault-blocked = Ce contact est bloqué. Débloquez-le d’abord.
fault-clipboard-slow = Le programme qui détient le presse-papiers ne répond pas. Copiez de nouveau, puis collez.
fault-damaged = Le fichier est abîmé et ne peut pas être lu.
fault-disk-full = Le disque est plein. Libérez de la place, puis réessayez.
fault-empty = Il n’y a encore rien à envoyer.
fault-file-changed = Le fichier a changé ou disparu pendant la lecture. Choisissez-le de nouveau.
fault-file-name = Le nom de ce fichier n’est pas un texte qui puisse être envoyé. Donnez-lui d’abord un autre nom.
fault-file-too-large = C’est plus que 64 Gio, le maximum qui puisse être envoyé.
fault-folder-too-large = Ce dossier contient plus de 10 000 fichiers, ou des dossiers trop imbriqués. Envoyez-en une partie.
fault-in-use = Ce profil est déjà ouvert dans une autre fenêtre de Pelure. Fermez-la d’abord.
fault-no-picture = Le presse-papiers ne contient pas d’image.
fault-no-qr = Cette image ne contient pas de code QR.
fault-no-tmpfs = Cette machine n’a pas de dossier en mémoire : rien ne peut y être gardé hors du disque.
fault-not-a-file = Ce n’est ni un fichier ni un dossier qui puisse être lu.
fault-bad-detour = Rien n’a été changé : corrigez ou retirez d’abord ce qui est signalé.
fault-not-allowed-now = Ce n’est pas possible pour le moment.
fault-not-found = Cela n’existe plus.
fault-note-unreadable = Ce n’est pas un message vocal qui puisse être écouté.
fault-own-address = C’est votre propre adresse.
fault-permission = Ce fichier ou ce dossier ne peut être ni lu ni écrit. Choisissez un autre endroit.
fault-picture-unreadable = Ce n’est pas une image, ou elle est trop grande pour être lue.
fault-storage = Le disque a échoué : { $words }
fault-too-long = C’est trop long.
fault-too-many = C’est trop à la fois. Envoyez-les en plusieurs fois, ou dans un dossier.
fault-too-new = Ceci a été écrit par une version plus récente de Pelure. Mettez à jour pour l’ouvrir.
fault-tor = Tor n’a pas pu démarrer : { $words }
fault-wrong-passphrase = La phrase secrète est fausse.

back = Retour
next = Continuer

passphrase-reveal = Afficher la phrase secrète
passphrase-reveal-again = Afficher la phrase secrète répétée

strength-weak = Faible
strength-fair = Moyenne
strength-good = Solide
# Ce que pourrait faire quelqu’un qui a une copie du profil et loue des ordinateurs ; chaque essai est lent à dessein.
strength-at-once = Avec une copie du profil et dix mille ordinateurs, on la trouverait dans l’heure.
strength-hours = Avec une copie du profil et dix mille ordinateurs, il faudrait environ { $count ->
    [one] une heure
   *[other] { $count } heures
} pour la trouver.
strength-days = Avec une copie du profil et dix mille ordinateurs, il faudrait environ { $count } jours pour la trouver.
strength-months = Avec une copie du profil et dix mille ordinateurs, il faudrait environ { $count } mois pour la trouver.
strength-years = Avec une copie du profil et dix mille ordinateurs, il faudrait environ { $count } ans pour la trouver.
strength-longer = Avec une copie du profil et dix mille ordinateurs, il faudrait plus de mille ans pour la trouver.

done-backed-up = La sauvegarde est écrite.
done-exported = La conversation est écrite sous forme de texte. Ce fichier n’est pas chiffré : quiconque l’ouvre peut le lire.
done-file-saved = Le fichier est enregistré. À cet endroit, il n’est pas chiffré.
done-passphrase-changed = La phrase secrète est changée.
done-qr-saved = L’image est enregistrée.
notice-dismiss = Masquer : { $notice }
